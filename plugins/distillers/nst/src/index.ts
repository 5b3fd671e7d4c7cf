import { define, definePlugin } from "@kdf/core";
import { NeuronSelectivityTransfer, options } from "./nst.js";

const summary = "the student's channels are active at places distributed as the teacher's";
const paper = "Huang and Wang, 2017, https://arxiv.org/abs/1707.01219";

export default definePlugin({
  id: "nst",
  provides: { distiller: { nst: define({ summary, paper, options, create: (given) => new NeuronSelectivityTransfer(given) }) } },
});
