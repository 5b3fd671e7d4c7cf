import type { RandomStream, TensorLike } from "@kdf/core";
import { Linear, Module } from "@kdf/nn";
import { divide, matrixMultiply, maximum, norm, rectifiedLinear, type Tensor } from "@kdf/tensor";

/** Of PyTorch's `cosine_similarity`: vectors shorter than this count as this long. */
const epsilon = 1e-8;

/** What looks at a model's pooled features [N,d] to compare images: Linear d -> d, ReLU, Linear d -> d. */
export class SimilarityHead extends Module {
  readonly hidden: Linear;
  readonly output: Linear;

  constructor(features: number, stream: RandomStream) {
    super();
    this.hidden = new Linear({ inputs: features, outputs: features }, stream);
    this.output = new Linear({ inputs: features, outputs: features }, stream);
  }

  /** The cosines of the angles between the head's outputs: rotated [R,d] and original [B,d] features -> [R,B]. */
  similarities(rotated: TensorLike, original: TensorLike): Tensor {
    return matrixMultiply(this.#direction(rotated), this.#direction(original), false, true);
  }

  #direction(features: TensorLike): Tensor {
    const seen = this.output.forward(rectifiedLinear(this.hidden.forward(features)));
    return divide(seen, maximum(norm(seen, -1, true), epsilon));
  }
}
