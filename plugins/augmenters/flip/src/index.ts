import { define, definePlugin } from "@kdf/core";
import { Flip, options } from "./flip.js";

const summary = "left and right change places, for the whole batch or not at all";

export default definePlugin({
  id: "flip",
  provides: { augmenter: { flip: define({ summary, options, create: (given) => new Flip(given) }) } },
});
