import { define, definePlugin } from "@kdf/core";
import { FlowOfSolution, options } from "./fsp.js";

const summary = "first the student's maps learn to follow from one another as the teacher's do, then it learns the labels";
const paper = "Yim, Joo, Bae and Kim, CVPR 2017, https://doi.org/10.1109/CVPR.2017.754";

export default definePlugin({
  id: "fsp",
  provides: { distiller: { fsp: define({ summary, paper, options, create: (given) => new FlowOfSolution(given) }) } },
});
