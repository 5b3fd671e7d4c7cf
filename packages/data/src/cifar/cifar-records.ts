import { dataFileInvalid, dataLabelsInvalid } from "@kdf/core";

const side = 32;
const plane = side * side;
export const cifarPixels = 3 * plane;

/** Images as the files have them, turned to [n,32,32,3], and their labels [n]. */
export interface CifarPart {
  readonly pixels: Uint8Array;
  readonly labels: Int32Array;
}

/**
 * Records of the binary version (A. Krizhevsky, https://www.cs.toronto.edu/~kriz/cifar.html): label bytes, of which the
 * last is meant, then the red, the green and the blue plane.
 * @param classes labels must lie in [0, classes)
 * @throws KDF_DATA_FILE_INVALID, KDF_DATA_LABELS_INVALID
 */
export function readCifarRecords(bytes: Uint8Array, file: string, { labelBytes, classes }: { readonly labelBytes: number; readonly classes: number }): CifarPart {
  const length = labelBytes + cifarPixels;
  const count = bytes.length / length;
  if (count === 0 || !Number.isInteger(count)) {
    throw dataFileInvalid({ file, problem: `it has ${bytes.length} bytes`, expected: `records of ${length} bytes each: ${labelBytes} of labels, ${cifarPixels} of pixels` });
  }
  const labels = Int32Array.from({ length: count }, (_, row) => bytes[row * length + labelBytes - 1]!);
  const planes = new Uint8Array(count * cifarPixels);
  for (let row = 0; row < count; row += 1) planes.set(bytes.subarray(row * length + labelBytes, (row + 1) * length), row * cifarPixels);
  demandLabels(labels, file, classes);
  return { pixels: interleaved(planes), labels };
}

/** KDF_DATA_LABELS_INVALID where one lies outside [0, classes) */
export function demandLabels(labels: Int32Array, file: string, classes: number): void {
  const row = labels.findIndex((label) => label < 0 || label >= classes);
  if (row >= 0) throw dataLabelsInvalid({ file, row, label: labels[row]!, classes });
}

/** @param planes [n,3,32,32] @returns [n,32,32,3] */
export function interleaved(planes: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(planes.length);
  for (let start = 0; start < planes.length; start += cifarPixels) {
    for (let channel = 0; channel < 3; channel += 1) {
      for (let at = 0; at < plane; at += 1) pixels[start + 3 * at + channel] = planes[start + channel * plane + at]!;
    }
  }
  return pixels;
}
