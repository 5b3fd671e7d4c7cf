import { define, definePlugin } from "@kdf/core";
import { options, SimilarityPreservation } from "./sp.js";

const summary = "which images of a batch activate the last map alike: the same pairs for student and teacher";
const paper = "Tung and Mori, ICCV 2019, https://arxiv.org/abs/1907.09682";

export default definePlugin({
  id: "sp",
  provides: { distiller: { sp: define({ summary, paper, options, create: (given) => new SimilarityPreservation(given) }) } },
});
