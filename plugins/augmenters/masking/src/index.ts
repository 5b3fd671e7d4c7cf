import { define, definePlugin } from "@kdf/core";
import { Masking, options } from "./masking.js";

const summary = "some cells of a grid are set to zero, the mean of the data set";

export default definePlugin({
  id: "masking",
  provides: { augmenter: { masking: define({ summary, options, create: (given) => new Masking(given) }) } },
});
