import { define, definePlugin } from "@kdf/core";
import { options, TensorBoard } from "./tensorboard.js";

const summary = "TensorBoard events in the run directory: scalars, images, hyper-parameters";

export default definePlugin({
  id: "tensorboard",
  provides: { tracker: { tensorboard: define({ summary, options, create: (given) => new TensorBoard(given) }) } },
});
