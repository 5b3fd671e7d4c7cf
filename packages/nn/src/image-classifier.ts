import {
  didYouMean,
  listed,
  modelMismatch,
  type ForwardOptions,
  type Model,
  type ModelDescription,
  type ModelOutputs,
  type TensorLike,
} from "@kdf/core";
import { scope, type Tensor } from "@kdf/tensor";
import { Module } from "./module.js";
import type { Pass } from "./pass.js";

/** Every output that a network can give. */
export interface NetworkOutputs {
  /** [B,K] */
  readonly logits: Tensor;
  /** All taps of the description. */
  readonly taps: Readonly<Record<string, Tensor>>;
}

/** A network as the contracts want it; what a network adds is its parts and `compute`. */
export abstract class ImageClassifier extends Module implements Model {
  readonly description: ModelDescription;

  constructor(description: ModelDescription) {
    super();
    this.description = description;
  }

  /** images [B,H,W,C]. Called in a scope: what is not asked for is disposed. */
  protected abstract compute(images: Tensor, pass: Pass): NetworkOutputs;

  /** KDF_MODEL_MISMATCH for images of another shape, groups that do not add up to the batch, and unknown taps. */
  forward(images: TensorLike, { training, normGroups, taps = [] }: ForwardOptions): ModelOutputs {
    const [rows = 0] = images.shape;
    const groupRows = normGroups ?? [rows];
    this.#demandFit(images.shape, groupRows, taps);
    return scope(() => {
      const outputs = this.compute(images as Tensor, { training, groupRows });
      return { logits: outputs.logits, taps: Object.fromEntries(taps.map((name) => [name, outputs.taps[name]!])) };
    });
  }

  #demandFit(shape: readonly number[], groupRows: readonly number[], taps: readonly string[]): void {
    const { network, input, taps: known } = this.description;
    const { size, channels } = input;
    const what = `The network ${network} cannot compute this`;
    if (shape.length !== 4 || shape[1] !== size || shape[2] !== size || shape[3] !== channels) {
      const fix = "resize or renormalise the images, or build the network for them";
      throw modelMismatch({ what, got: `images of shape [${shape.join(", ")}]`, expected: `[B, ${size}, ${size}, ${channels}]`, fix });
    }
    if (groupRows.reduce((sum, rows) => sum + rows, 0) !== shape[0] || groupRows.some((rows) => rows < 1)) {
      throw modelMismatch({
        what,
        got: `norm groups of ${listed(groupRows.map(String))} rows`,
        expected: `positive numbers that add up to the batch of ${shape[0]}`,
        fix: "give the rows of each view",
      });
    }
    const unknown = taps.find((tap) => !Object.hasOwn(known, tap));
    if (unknown !== undefined) {
      const names = Object.keys(known);
      const fix = `choose among its taps.${didYouMean(unknown, names)}`;
      throw modelMismatch({ what, got: `the tap ${unknown}`, expected: listed(names), fix });
    }
  }
}
