import { define, definePlugin } from "@kdf/core";
import { ActivationBoundaries, options } from "./ab.js";

const summary = "first the student's neurons learn to fire where the teacher's do, then it learns the labels";
const paper = "Heo, Lee, Yun and Choi, AAAI 2019, https://arxiv.org/abs/1811.03233";

export default definePlugin({
  id: "ab",
  provides: { distiller: { ab: define({ summary, paper, options, create: (given) => new ActivationBoundaries(given) }) } },
});
