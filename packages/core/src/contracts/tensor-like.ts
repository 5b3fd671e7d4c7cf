/**
 * The little that the contracts must know of a tensor. core names no tensor library;
 * `@kdf/tensor` provides the tensors and the operations on them.
 */
export interface TensorLike {
  readonly shape: readonly number[];
  readonly dtype: string;
  dispose(): void;
}

/** A named value that a model or a distiller owns: a weight (trained) or a running statistic (not). */
export interface ParameterLike {
  /** The current value. Owned by the parameter: never dispose it. */
  readonly value: TensorLike;
  readonly trainable: boolean;
  /** Copies `value` into the parameter. The shape must be equal; the caller keeps `value`. */
  assign(value: TensorLike): void;
}

/** Anything with named parameters: a network, a regressor, an embedding. Names are PyTorch's, joined by dots. */
export interface Trainable {
  /** Weights and running statistics by name, in a stable order. */
  parameters(): ReadonlyMap<string, ParameterLike>;
  dispose(): void;
}
