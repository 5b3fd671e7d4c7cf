import type { ImageSource } from "@kdf/core";

/** Images that are held in memory, as read from a file of one block. */
export class MemoryImageSource implements ImageSource {
  readonly length: number;
  readonly labels: Int32Array;
  readonly identities: Int32Array;
  readonly #pixels: Uint8Array;
  readonly #stride: number;

  /**
   * Keeps the arrays; does not copy them.
   * @param pixels [length,H,W,C], 0 to 255
   * @param labels [length]
   * @param identities [length]; the row numbers unless given
   */
  constructor(pixels: Uint8Array, labels: Int32Array, identities: Int32Array = rowNumbers(labels.length)) {
    this.length = labels.length;
    this.labels = labels;
    this.identities = identities;
    this.#pixels = pixels;
    this.#stride = labels.length === 0 ? 0 : pixels.length / labels.length;
  }

  /** A new array [rows.length,H,W,C]. */
  read(rows: Int32Array): Uint8Array {
    const images = new Uint8Array(rows.length * this.#stride);
    rows.forEach((row, at) => {
      images.set(this.#pixels.subarray(row * this.#stride, (row + 1) * this.#stride), at * this.#stride);
    });
    return images;
  }
}

/** The rows of `source` named by `rows`, in that order, as a source of its own; identities stay. */
export function subset(source: ImageSource, rows: Int32Array): ImageSource {
  return {
    length: rows.length,
    labels: rows.map((row) => source.labels[row]!),
    identities: rows.map((row) => source.identities[row]!),
    read: (wanted) => source.read(wanted.map((row) => rows[row]!)),
    ...(source.readCropped && { readCropped: (wanted, draws) => source.readCropped!(wanted.map((row) => rows[row]!), draws) }),
  };
}

function rowNumbers(length: number): Int32Array {
  return Int32Array.from({ length }, (_, row) => row);
}
