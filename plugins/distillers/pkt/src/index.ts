import { define, definePlugin } from "@kdf/core";
import { options, ProbabilisticTransfer } from "./pkt.js";

const summary = "how alike the images of a batch are to each other, as probabilities that follow the teacher's";
const paper = "Passalis and Tefas, ECCV 2018, https://arxiv.org/abs/1803.10837";

export default definePlugin({
  id: "pkt",
  provides: { distiller: { pkt: define({ summary, paper, options, create: (given) => new ProbabilisticTransfer(given) }) } },
});
