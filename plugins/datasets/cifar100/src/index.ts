import { define, definePlugin } from "@kdf/core";
import { CifarDataset, cifarOptions } from "@kdf/data";
import { cifar100, server } from "./cifar100.js";

const summary = "colour images of things and animals, 32 x 32, a hundred classes; 50,000 training and 10,000 test images, on demand";

export default definePlugin({
  id: "cifar100",
  provides: {
    dataset: {
      cifar100: define({ summary, options: cifarOptions(server), create: (given, context) => new CifarDataset(cifar100, given, context) }),
    },
  },
});
