export type Split = "training" | "test";

export interface DatasetDescription {
  readonly id: string;
  readonly classes: readonly string[];
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Per channel, for pixels in [0, 1]. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** The crop and flip that make `original` of a raw training image. */
  readonly standardAugmentation: {
    /** Black pixels added on each side before the random crop; 0 for none. */
    readonly cropPadding: number;
    readonly horizontalFlip: boolean;
    /**
     * Instead of the padded crop: a part of the image as it was stored, of a share of its area in `scale` and a ratio of
     * its sides in `ratio`, resized. The data set's sources must have `readCropped`.
     */
    readonly randomResizedCrop?: { readonly scale: readonly [number, number]; readonly ratio: readonly [number, number] };
  };
}

/** Labelled images of one split. */
export interface ImageSource {
  readonly length: number;
  /** [length] */
  readonly labels: Int32Array;
  /**
   * [length] identity of each row in the full data set. A subset keeps the identities of the whole,
   * so that a validation split means the same images in both.
   */
  readonly identities: Int32Array;
  /** Pixels [rows.length,H,W,C], 0 to 255. */
  read(rows: Int32Array): Uint8Array | Promise<Uint8Array>;
  /**
   * As `read`, with a random resized crop of each image as the description says.
   * @param draws [rows.length, n] uniform in [0, 1): the numbers that the crops are made from, all of the randomness
   */
  readCropped?(rows: Int32Array, draws: Float64Array): Uint8Array | Promise<Uint8Array>;
}

export interface Dataset {
  readonly description: DatasetDescription;
  /** Validates headers, sizes, checksums and labels without reading all pixels into memory twice. */
  check(): Promise<void>;
  open(split: Split): Promise<ImageSource>;
  /** What stands in the run record: where the data came from, its licence, checksums. */
  provenance(): Promise<Readonly<Record<string, string>>>;
  /** Releases threads and open files. Nothing is asked of it or of its sources afterwards. */
  dispose?(): Promise<void>;
}
