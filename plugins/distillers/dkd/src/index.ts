import { define, definePlugin } from "@kdf/core";
import { DecoupledDistillation, options } from "./dkd.js";

const summary = "cross-entropy, and the softened divergence in two parts: the target against the rest, and the rest among itself";
const paper = "Zhao, Cui, Song, Qiu and Liang, CVPR 2022, https://arxiv.org/abs/2203.08679";

export default definePlugin({
  id: "dkd",
  provides: { distiller: { dkd: define({ summary, paper, options, create: (given) => new DecoupledDistillation(given) }) } },
});
