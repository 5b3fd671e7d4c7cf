import { define, definePlugin } from "@kdf/core";
import { FactorTransfer, options } from "./ft.js";

const summary = "first a paraphraser learns the teacher's map in fewer channels, then the student learns its paraphrase";
const paper = "Kim, Park and Kwak, NeurIPS 2018, https://arxiv.org/abs/1802.04977";

export default definePlugin({
  id: "ft",
  provides: { distiller: { ft: define({ summary, paper, options, create: (given) => new FactorTransfer(given) }) } },
});
