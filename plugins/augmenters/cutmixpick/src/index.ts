import { define, definePlugin } from "@kdf/core";
import { CutMixPick, options } from "./cutmixpick.js";

const summary = "of a pool of CutMix images, those that the teacher is least sure of";

export default definePlugin({
  id: "cutmixpick",
  provides: { augmenter: { cutmixpick: define({ summary, options, create: CutMixPick.create }) } },
});
