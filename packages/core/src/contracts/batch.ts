import type { TensorLike } from "./tensor-like.js";

/** What a plan may depend on. Known before any pixel is read. */
export interface BatchInfo {
  readonly size: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** The data set's normalisation, per channel, for pixels in [0, 1]: black is -mean / std. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** [size]: where the standard augmentation mirrored `images` and not `raw`. Absent where it mirrors none. */
  readonly flipped?: readonly boolean[];
}

/** One step's images, in the data set's normalisation. The trainer owns every tensor in it. */
export interface Batch {
  /** [B,H,W,C] float32, before crop and flip. Present when a view is made from it. */
  readonly raw?: TensorLike;
  /** [B,H,W,C] float32, after the standard crop and flip. */
  readonly images: TensorLike;
  /** [B] int32 */
  readonly labels: TensorLike;
  /** [B] int32, rows of the training split. */
  readonly indices: TensorLike;
}
