import { define, definePlugin } from "@kdf/core";
import { AttentionTransfer, options } from "./at.js";

const summary = "the student's maps are large at the places where the teacher's are";
const paper = "Zagoruyko and Komodakis, ICLR 2017, https://arxiv.org/abs/1612.03928";

export default definePlugin({
  id: "at",
  provides: { distiller: { at: define({ summary, paper, options, create: (given) => new AttentionTransfer(given) }) } },
});
