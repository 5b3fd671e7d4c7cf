import type { TensorLike, Trainable } from "./tensor-like.js";

/** What a model wants to be fed. The trainer renormalises and resizes per role where data set and model differ. */
export interface ModelInput {
  /** Height and width in pixels. */
  readonly size: number;
  readonly channels: number;
  /** Per channel, for pixels in [0, 1]. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** What a distiller may know of a model before any forward pass. */
export interface ModelDescription {
  readonly network: string;
  readonly input: ModelInput;
  readonly classes: number;
  /** Shape of each tap without the batch: [H,W,C] of a map, [C] of a vector; in network order. */
  readonly taps: Readonly<Record<string, readonly number[]>>;
  /**
   * The batch norm that made the map of a tap, by the tap: what its parameters' names begin with, as `layer1.1.bn2`. Where
   * the map is a sum, the norm that ends the branch beside the shortcut.
   */
  readonly norms?: Readonly<Record<string, string>>;
}

/** Scale and shift of a trained batch norm: in each channel what it made has about this deviation (|weight|) and mean (bias). */
export interface NormParameters {
  /** [C] */
  readonly weight: Float32Array;
  /** [C] */
  readonly bias: Float32Array;
}

export interface ModelOutputs {
  /** [B,K] float32, before the softmax. */
  readonly logits: TensorLike;
  /** The taps asked for, by name: maps [B,H,W,C], vectors [B,C]. */
  readonly taps: Readonly<Record<string, TensorLike>>;
}

export interface ForwardOptions {
  /** true: batch statistics, and running statistics are updated. false: running statistics. */
  readonly training: boolean;
  /**
   * Rows of each norm group, in order; they add up to the batch. Each group is normalised by its own
   * statistics and updates the running statistics in this order. Without it the batch is one group.
   */
  readonly normGroups?: readonly number[];
  readonly taps?: readonly string[];
}

/** A network with weights. */
export interface Model extends Trainable {
  readonly description: ModelDescription;
  /** `images` [B,H,W,C]. The caller owns every returned tensor. */
  forward(images: TensorLike, options: ForwardOptions): ModelOutputs;
}
