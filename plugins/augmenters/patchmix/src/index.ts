import { define, definePlugin } from "@kdf/core";
import { PatchMix, options } from "./patchmix.js";

const summary = "patches of another image of the batch replace the image's own";

export default definePlugin({
  id: "patchmix",
  provides: { augmenter: { patchmix: define({ summary, options, create: (given) => new PatchMix(given) }) } },
});
