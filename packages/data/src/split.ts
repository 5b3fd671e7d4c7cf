import { createHash } from "node:crypto";
import type { ImageSource, ValidationConfiguration } from "@kdf/core";
import { hashRow } from "./hash.js";
import { subset } from "./image-source.js";

export interface TrainingSplit {
  /** What trains. Its rows are what a batch's `indices` address. */
  readonly training: ImageSource;
  readonly validation: ImageSource;
  /** Of the validation rows: see `splitHash`. */
  readonly hash: string;
}

/**
 * Whether an image belongs to the validation split: its hash, as a share of 2³², lies below the fraction.
 * This depends on nothing but the seed, the fraction and the image, so a subset of a data set and the whole agree on
 * every image, and a larger fraction only adds images.
 */
export function isValidation(identity: number, { fraction, seed }: ValidationConfiguration): boolean {
  return hashRow(seed, identity) < fraction * 2 ** 32;
}

/** The rows, ascending, whose image belongs to the validation split. */
export function validationRows(identities: Int32Array, configuration: ValidationConfiguration): Int32Array {
  return rowsWhere(identities, (identity) => isValidation(identity, configuration));
}

/** sha256, in hexadecimal, of the identities in ascending order as decimal numbers, each followed by a line feed. */
export function splitHash(validationIdentities: Int32Array): string {
  const hash = createHash("sha256");
  for (const identity of validationIdentities.toSorted()) hash.update(`${identity}\n`);
  return hash.digest("hex");
}

/** Parts the training images of a data set in two; both keep the data set's order. */
export function splitTraining(source: ImageSource, configuration: ValidationConfiguration): TrainingSplit {
  const training = rowsWhere(source.identities, (identity) => !isValidation(identity, configuration));
  const validation = subset(source, validationRows(source.identities, configuration));
  return { training: subset(source, training), validation, hash: splitHash(validation.identities) };
}

function rowsWhere(identities: Int32Array, holds: (identity: number) => boolean): Int32Array {
  const rows: number[] = [];
  identities.forEach((identity, row) => {
    if (holds(identity)) rows.push(row);
  });
  return Int32Array.from(rows);
}
