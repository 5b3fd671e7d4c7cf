import type { CifarKind } from "@kdf/data";

/** Where the authors publish it. */
export const server = "https://www.cs.toronto.edu/~kriz/";

const batches = [1, 2, 3, 4, 5].map((number) => `data_batch_${number}`);

/** Sums of the archives and of the python version's files: torchvision's; of the binary archive: what many loaders agree on. */
export const cifar10: CifarKind = {
  id: "cifar10",
  name: "CIFAR-10",
  classes: ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
  // Of all training pixels.
  mean: [0.4914, 0.4822, 0.4465],
  std: [0.247, 0.2435, 0.2616],
  labelBytes: 1,
  labelKey: "labels",
  perClass: { training: 5_000, test: 1_000 },
  binary: {
    archive: "cifar-10-binary.tar.gz",
    md5: "c32a1d4ab5d03f1284b67883e8d87530",
    size: 170_052_171,
    folder: "cifar-10-batches-bin",
    files: { training: batches.map((name) => `${name}.bin`), test: ["test_batch.bin"] },
    fileSums: {},
  },
  python: {
    archive: "cifar-10-python.tar.gz",
    md5: "c58f30108f718f92721af3b95e74349a",
    folder: "cifar-10-batches-py",
    files: { training: batches, test: ["test_batch"] },
    fileSums: {
      data_batch_1: "c99cafc152244af753f735de768cd75f",
      data_batch_2: "d4bba439e000b95fd0a9bffe97cbabec",
      data_batch_3: "54ebc095f3ab1f0389bbae665268c751",
      data_batch_4: "634d18415352ddfa80567beed471001a",
      data_batch_5: "482c414d41f54cd18b22e5b47cb7c3cb",
      test_batch: "40351d587109b95175f43aff81a1287e",
    },
  },
};
