import type { TensorLike } from "@kdf/core";
import type { Parameter } from "../parameter.js";
import type { Tensor } from "../tensor.js";

/** Changes parameters by their gradients. What it remembers of a parameter (its slots) goes by the parameter's name. */
export interface Optimizer {
  /**
   * One step. A parameter without a gradient stays as it is, as in PyTorch: no decay, no momentum. The caller keeps
   * the gradients; parameters keep their identity and get new values.
   */
  step(
    parameters: ReadonlyMap<string, Parameter>,
    gradients: ReadonlyMap<string, TensorLike>,
    learningRate: number,
  ): void;
  /** What a checkpoint needs, as `<parameter>.<slot>`. Owned by the optimizer, valid until the next call on it. */
  slots(): ReadonlyMap<string, Tensor>;
  /** Goes on from the slots of a checkpoint, which the optimizer takes over. KDF_RESUME_MISMATCH when they are another optimizer's. */
  restore(slots: ReadonlyMap<string, TensorLike>): void;
  dispose(): void;
}
