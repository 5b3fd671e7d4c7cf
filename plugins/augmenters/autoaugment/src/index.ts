import { define, definePlugin } from "@kdf/core";
import { AutoAugment, options } from "./autoaugment.js";

const summary = "two operations of a learned policy: shear, move, rotate, or change levels and colours";

export default definePlugin({
  id: "autoaugment",
  provides: { augmenter: { autoaugment: define({ summary, options, create: (given) => new AutoAugment(given) }) } },
});
