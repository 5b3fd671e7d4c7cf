import { define, definePlugin } from "@kdf/core";
import { options, SingularVectorDistillation } from "./kdsvd.js";

const summary = "how the main singular vectors of the maps change from one stage to the next";
const paper = "Lee, Kim and Song, ECCV 2018, https://arxiv.org/abs/1807.06819";

export default definePlugin({
  id: "kdsvd",
  provides: { distiller: { kdsvd: define({ summary, paper, options, create: (given) => new SingularVectorDistillation(given) }) } },
});
