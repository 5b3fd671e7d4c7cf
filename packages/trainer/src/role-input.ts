import type { DatasetDescription, ModelDescription, TensorLike } from "@kdf/core";
import { add, floats, multiply, resizeBilinear, scope } from "@kdf/tensor";

/** Turns images in the data set's normalisation and size into what a model wants. Owns two small tensors. */
export class RoleInput {
  readonly #size: number | undefined;
  readonly #affine: { readonly scale: TensorLike; readonly shift: TensorLike } | undefined;
  /** What is changed, for the log; undefined when nothing is. */
  readonly description: string | undefined;

  constructor(dataset: DatasetDescription, model: ModelDescription) {
    const { input } = model;
    this.#size = dataset.height === input.size && dataset.width === input.size ? undefined : input.size;
    const same = (a: readonly number[], b: readonly number[]): boolean =>
      a.length === b.length && a.every((value, channel) => value === b[channel]);
    if (!same(dataset.mean, input.mean) || !same(dataset.std, input.std)) {
      // (x·std + mean - mean') / std' = x·(std / std') + (mean - mean') / std'
      this.#affine = {
        scale: floats(dataset.std.map((std, c) => std / input.std[c]!), [input.channels]),
        shift: floats(dataset.mean.map((mean, c) => (mean - input.mean[c]!) / input.std[c]!), [input.channels]),
      };
    }
    const changes = [
      this.#affine === undefined ? "" : `mean ${input.mean.join(", ")} and std ${input.std.join(", ")}`,
      this.#size === undefined ? "" : `${this.#size} x ${this.#size} pixels`,
    ].filter((change) => change !== "");
    this.description = changes.length === 0 ? undefined : changes.join("; ");
  }

  /** `images` itself when nothing differs, otherwise a new tensor; `use` gets it, and a new one is disposed after. */
  async with<T>(images: TensorLike, use: (images: TensorLike) => T | Promise<T>): Promise<T> {
    if (this.description === undefined) return use(images);
    const adapted = this.apply(images);
    try {
      return await use(adapted);
    } finally {
      adapted.dispose();
    }
  }

  /** As `with`, inside a scope that disposes for us. */
  apply(images: TensorLike): TensorLike {
    return scope(() => {
      const normalised =
        this.#affine === undefined ? images : add(multiply(images, this.#affine.scale), this.#affine.shift);
      return this.#size === undefined ? normalised : resizeBilinear(normalised, this.#size);
    });
  }

  dispose(): void {
    this.#affine?.scale.dispose();
    this.#affine?.shift.dispose();
  }
}
