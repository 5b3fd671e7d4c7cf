import { define, definePlugin } from "@kdf/core";
import { options, RelationalDistillation } from "./rkd.js";

const summary = "distances between the images of a batch, and angles between three of them, as the teacher has them";
const paper = "Park, Kim, Lu and Cho, CVPR 2019, https://arxiv.org/abs/1904.05068";

export default definePlugin({
  id: "rkd",
  provides: { distiller: { rkd: define({ summary, paper, options, create: (given) => new RelationalDistillation(given) }) } },
});
