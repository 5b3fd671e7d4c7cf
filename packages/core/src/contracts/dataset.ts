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
}

export interface Dataset {
  readonly description: DatasetDescription;
  /** Validates headers, sizes, checksums and labels without reading all pixels into memory twice. */
  check(): Promise<void>;
  open(split: Split): Promise<ImageSource>;
  /** What stands in the run record: where the data came from, its licence, checksums. */
  provenance(): Promise<Readonly<Record<string, string>>>;
}
