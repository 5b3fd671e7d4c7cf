import { define, definePlugin } from "@kdf/core";
import { FeatureOverhaul, options } from "./ofd.js";

const summary = "maps before their ReLU, where what the teacher has below 0 only bounds the student's (overhaul)";
const paper = "Heo, Kim, Yun, Park, Kwak and Choi, ICCV 2019, https://arxiv.org/abs/1904.01866";

export default definePlugin({
  id: "ofd",
  provides: { distiller: { ofd: define({ summary, paper, options, create: (given) => new FeatureOverhaul(given) }) } },
});
