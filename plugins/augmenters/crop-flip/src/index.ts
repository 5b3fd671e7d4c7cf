import { define, definePlugin } from "@kdf/core";
import { CropFlip, options } from "./crop-flip.js";

const summary = "a shifted crop with a black border, then a horizontal flip: one draw for the whole batch";

export default definePlugin({
  id: "crop-flip",
  provides: { augmenter: { "crop-flip": define({ summary, options, create: (given) => new CropFlip(given) }) } },
});
