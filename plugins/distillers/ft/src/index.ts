import { define, definePlugin } from "@kdf/core";
import { FactorTransfer, options } from "./ft.js";

const summary = "first a paraphraser learns the teacher's map in fewer channels, then the student learns its paraphrase";

export default definePlugin({
  id: "ft",
  provides: { distiller: { ft: define({ summary, options, create: (given) => new FactorTransfer(given) }) } },
});
