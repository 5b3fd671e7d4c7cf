import { define, definePlugin } from "@kdf/core";
import { fashionMnist } from "./fashion-mnist.js";
import { options } from "./options.js";

const summary = "grey images of clothes, 28 x 28, ten classes; 10,000 training and 2,000 test images ship, the full set on demand";

export default definePlugin({
  id: "fashion-mnist",
  provides: {
    dataset: { "fashion-mnist": define({ summary, options, create: fashionMnist }) },
  },
});
