import type { CifarKind } from "@kdf/data";
import { classes } from "./classes.js";

/** Where the authors publish it. */
export const server = "https://www.cs.toronto.edu/~kriz/";

/**
 * With the fine labels. Sums of the python version: torchvision's; of the binary one: what many loaders agree on. Mean and
 * standard deviation are those that RepDistiller and mdistiller train their teachers with.
 */
export const cifar100: CifarKind = {
  id: "cifar100",
  name: "CIFAR-100",
  classes,
  mean: [0.5071, 0.4867, 0.4408],
  std: [0.2675, 0.2565, 0.2761],
  labelBytes: 2,
  labelKey: "fine_labels",
  perClass: { training: 500, test: 100 },
  binary: {
    archive: "cifar-100-binary.tar.gz",
    md5: "03b5dce01913d631647c71ecec9e9cb8",
    size: 168_513_733,
    folder: "cifar-100-binary",
    files: { training: ["train.bin"], test: ["test.bin"] },
    fileSums: { "train.bin": "6172c7755cfe09b2fe270c85cebc1b15", "test.bin": "4499cfba6c016c1be1438163640a0898" },
  },
  python: {
    archive: "cifar-100-python.tar.gz",
    md5: "eb9058c3a382ffc7106e4002c42a8d85",
    folder: "cifar-100-python",
    files: { training: ["train"], test: ["test"] },
    fileSums: { train: "16019d7e3df5f24257cddd939b257f8d", test: "f0ef6b0ae62326f3e7ffdfab6717acfc" },
  },
};
