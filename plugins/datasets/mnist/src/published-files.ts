import type { IdxFileName, IdxSums, PublishedFile } from "@kdf/data";

/** Of the unpacked files: the same however they were packed. */
export const contentSums: IdxSums = {
  "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
  "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
  "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
  "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
};

/** The .gz files, with the md5 sums that torchvision publishes. */
export const packedFiles: Readonly<Record<IdxFileName, Pick<PublishedFile, "md5">>> = {
  "train-images-idx3-ubyte": { md5: "f68b3c2dcbeaaa9fbdd348bbdeb94873" },
  "train-labels-idx1-ubyte": { md5: "d53e105ee54ea40749a09fcbcd1e9432" },
  "t10k-images-idx3-ubyte": { md5: "9fb629c4189551a2d022fa330f9573f3" },
  "t10k-labels-idx1-ubyte": { md5: "ec29112dd5afa0611ce80d1b7f02629c" },
};
