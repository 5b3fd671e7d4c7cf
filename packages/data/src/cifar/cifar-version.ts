import type { Split } from "@kdf/core";

/** One of the forms that a CIFAR data set is published in. */
export interface CifarVersion {
  readonly archive: string;
  /** Of the archive. */
  readonly md5: string;
  /** Of the archive, in bytes. */
  readonly size?: number;
  /** The folder inside the archive. */
  readonly folder: string;
  readonly files: Readonly<Record<Split, readonly string[]>>;
  /** Published md5 sums of files inside. */
  readonly fileSums: Readonly<Record<string, string>>;
}

/** What tells CIFAR-10 and CIFAR-100 apart. */
export interface CifarKind {
  readonly id: string;
  readonly name: string;
  readonly classes: readonly string[];
  /** Per channel, for pixels in [0, 1]. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Bytes of labels before each image of the binary version; the last is the one that is meant. */
  readonly labelBytes: number;
  /** The list of labels in the python version. */
  readonly labelKey: string;
  /** Images of each class in the published set. */
  readonly perClass: Readonly<Record<Split, number>>;
  readonly binary: CifarVersion;
  readonly python: CifarVersion;
}
