import { define, definePlugin } from "@kdf/core";
import { options } from "./options.js";
import { SelfSupervisedDistillation } from "./sskd.js";

const summary = "kd, also on rotated images, and the similarities that a trained head of the teacher finds between these and the original ones";
const paper = "Xu, Liu, Li and Loy, ECCV 2020, https://arxiv.org/abs/2006.07114";

export default definePlugin({
  id: "sskd",
  provides: { distiller: { sskd: define({ summary, paper, options, create: (given) => new SelfSupervisedDistillation(given) }) } },
});
