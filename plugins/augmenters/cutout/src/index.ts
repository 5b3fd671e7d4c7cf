import { define, definePlugin } from "@kdf/core";
import { Cutout, options } from "./cutout.js";

const summary = "a square of the image is set to zero, the mean of the data set";

export default definePlugin({
  id: "cutout",
  provides: { augmenter: { cutout: define({ summary, options, create: (given) => new Cutout(given) }) } },
});
