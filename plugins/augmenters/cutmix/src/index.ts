import { define, definePlugin } from "@kdf/core";
import { CutMix, options } from "./cutmix.js";

const summary = "a box of another image of the batch replaces the image's own pixels";

export default definePlugin({
  id: "cutmix",
  provides: { augmenter: { cutmix: define({ summary, options, create: (given) => new CutMix(given) }) } },
});
