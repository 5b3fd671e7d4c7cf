import { define, definePlugin } from "@kdf/core";
import { FlowOfSolution, options } from "./fsp.js";

const summary = "first the student's maps learn to follow from one another as the teacher's do, then it learns the labels";
const paper = "Yim, Joo, Bae and Kim, CVPR 2017, https://openaccess.thecvf.com/content_cvpr_2017/html/Yim_A_Gift_From_CVPR_2017_paper.html";

export default definePlugin({
  id: "fsp",
  provides: { distiller: { fsp: define({ summary, paper, options, create: (given) => new FlowOfSolution(given) }) } },
});
