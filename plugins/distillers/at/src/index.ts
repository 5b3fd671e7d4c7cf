import { define, definePlugin } from "@kdf/core";
import { AttentionTransfer, options } from "./at.js";

const summary = "the student's maps are large at the places where the teacher's are";

export default definePlugin({
  id: "at",
  provides: { distiller: { at: define({ summary, options, create: (given) => new AttentionTransfer(given) }) } },
});
