import { define, definePlugin } from "@kdf/core";
import { KnowledgeReview, options } from "./reviewkd.js";

const summary = "the student's maps, fused from the deepest up, against all stages of the teacher (knowledge review)";

export default definePlugin({
  id: "reviewkd",
  provides: { distiller: { reviewkd: define({ summary, options, create: (given) => new KnowledgeReview(given) }) } },
});
