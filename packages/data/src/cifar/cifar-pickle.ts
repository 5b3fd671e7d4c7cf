import { dataFileInvalid, type KdfError } from "@kdf/core";
import { numpyGlobals, NumpyArray, readPickle } from "@kdf/formats";
import { cifarPixels, demandLabels, interleaved, type CifarPart } from "./cifar-records.js";

/**
 * A file of the python version: a pickled dictionary with `data`, [n,3072] bytes in planes, and a list of labels. It is
 * read without Python's machinery: nothing in it is executed.
 * @param labelKey which of its lists holds the labels
 * @param classes labels must lie in [0, classes)
 * @throws KDF_PICKLE_REFUSED, KDF_DATA_FILE_INVALID, KDF_DATA_LABELS_INVALID
 */
export function readCifarPickle(bytes: Uint8Array, file: string, { labelKey, classes }: { readonly labelKey: string; readonly classes: number }): CifarPart {
  const content = readPickle(bytes, { file, globals: numpyGlobals });
  const refuse = (problem: string): KdfError =>
    dataFileInvalid({ file, problem, expected: `a dictionary with data (rows of ${cifarPixels} bytes) and ${labelKey} (a whole number for each)` });
  if (!(content instanceof Map)) throw refuse("it is no dictionary");
  const data = content.get("data");
  const given = content.get(labelKey);
  if (!(data instanceof NumpyArray) || data.type !== "u1" || data.shape.length !== 2 || data.shape[1] !== cifarPixels) {
    throw refuse(`its data is ${data instanceof NumpyArray ? `an array ${data.shape.join(" x ")} of ${data.type}` : "no array"}`);
  }
  if (!Array.isArray(given) || !given.every((label) => Number.isInteger(label))) throw refuse(`its ${labelKey} is no list of whole numbers`);
  if (given.length !== data.shape[0] || given.length === 0) throw refuse(`it has ${data.shape[0]} images and ${given.length} labels`);
  const labels = Int32Array.from(given as number[]);
  demandLabels(labels, file, classes);
  return { pixels: interleaved(data.bytes), labels };
}
