import { define, definePlugin } from "@kdf/core";
import { options, VariationalInformationDistillation } from "./vid.js";

const summary = "the student's maps tell the teacher's, up to a Gaussian error of a variance that is learned";
const paper = "Ahn, Hu, Damianou, Lawrence and Dai, CVPR 2019, https://arxiv.org/abs/1904.05835";

export default definePlugin({
  id: "vid",
  provides: { distiller: { vid: define({ summary, paper, options, create: (given) => new VariationalInformationDistillation(given) }) } },
});
