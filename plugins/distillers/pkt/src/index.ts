import { define, definePlugin } from "@kdf/core";
import { options, ProbabilisticTransfer } from "./pkt.js";

const summary = "how alike the images of a batch are to each other, as probabilities that follow the teacher's";

export default definePlugin({
  id: "pkt",
  provides: { distiller: { pkt: define({ summary, options, create: (given) => new ProbabilisticTransfer(given) }) } },
});
