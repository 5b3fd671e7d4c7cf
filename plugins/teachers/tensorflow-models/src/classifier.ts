import type { InspectedTensor } from "@kdf/core";
import type * as tf from "@tensorflow/tfjs";

/** A foreign model as the rest of the plugin sees it, whatever its format. */
export interface Classifier {
  readonly format: string;
  readonly inputs: readonly InspectedTensor[];
  readonly outputs: readonly InspectedTensor[];
  readonly weights: readonly InspectedTensor[];
  /** Shapes without the batch, in the model's layout, of the values that can be read beside the output; null where open. */
  readonly taps: Readonly<Record<string, readonly (number | null)[]>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly facts: Readonly<Record<string, string>>;
  /** Whether `compute` reads what goes into a softmax at the model's end. */
  readonly endsInSoftmax: boolean;
  /**
   * What the named output gives, or what goes into its softmax, and the taps. `images` in the model's layout. Called in a
   * scope. @throws Error for what the engine cannot compute
   */
  compute(images: tf.Tensor, taps: readonly string[]): { readonly output: tf.Tensor; readonly taps: readonly tf.Tensor[] };
  dispose(): void;
}
