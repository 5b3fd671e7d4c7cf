import type { BatchInfo } from "@kdf/core";

/** A batch in the main memory, ready to be uploaded. Every array is new and owned by whoever asked for the batch. */
export interface HostBatch extends BatchInfo {
  /** [B,H,W,C] normalised, before crop and flip. Present where the loader was told so. */
  readonly raw?: Float32Array;
  /** [B,H,W,C] normalised, after the data set's standard crop and flip. */
  readonly images: Float32Array;
  /** [B] */
  readonly labels: Int32Array;
  /** [B] rows of the source that the loader reads: of the training split where that is its source. */
  readonly indices: Int32Array;
}
