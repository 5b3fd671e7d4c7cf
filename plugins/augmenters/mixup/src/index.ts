import { define, definePlugin } from "@kdf/core";
import { Mixup, options } from "./mixup.js";

const summary = "a weighted mean of the image and another image of the batch";

export default definePlugin({
  id: "mixup",
  provides: { augmenter: { mixup: define({ summary, options, create: (given) => new Mixup(given) }) } },
});
