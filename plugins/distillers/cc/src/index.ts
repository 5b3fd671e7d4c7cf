import { define, definePlugin } from "@kdf/core";
import { CorrelationCongruence, options } from "./cc.js";

const summary = "embedded features of student and teacher, whose differences are compared between neighbours in the batch";
const paper = "Peng et al., ICCV 2019, https://arxiv.org/abs/1904.01802";

export default definePlugin({
  id: "cc",
  provides: { distiller: { cc: define({ summary, paper, options, create: (given) => new CorrelationCongruence(given) }) } },
});
