import { define, definePlugin } from "@kdf/core";
import { KnowledgeReview, options } from "./reviewkd.js";

const summary = "the student's maps, fused from the deepest up, against all stages of the teacher (knowledge review)";
const paper = "Chen, Liu, Zhao and Jia, CVPR 2021, https://arxiv.org/abs/2104.09044";

export default definePlugin({
  id: "reviewkd",
  provides: { distiller: { reviewkd: define({ summary, paper, options, create: (given) => new KnowledgeReview(given) }) } },
});
