import { define, definePlugin } from "@kdf/core";
import { CifarDataset, cifarOptions } from "@kdf/data";
import { cifar10, server } from "./cifar10.js";

const summary = "colour images of things and animals, 32 x 32, ten classes; 50,000 training and 10,000 test images, on demand";

export default definePlugin({
  id: "cifar10",
  provides: {
    dataset: {
      cifar10: define({ summary, options: cifarOptions(server), create: (given, context) => new CifarDataset(cifar10, given, context) }),
    },
  },
});
