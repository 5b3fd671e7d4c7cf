import type { ModelDescription, ModelOutputs, TeacherModel, TensorLike } from "@kdf/core";

/** A teacher that counts what it is asked: how many rows in each forward pass. */
export class CountingTeacher implements TeacherModel {
  readonly #inner: TeacherModel;
  readonly #rows: number[] = [];

  /** Takes `inner` over. */
  constructor(inner: TeacherModel) {
    this.#inner = inner;
  }

  get description(): ModelDescription {
    return this.#inner.description;
  }

  get provenance(): Readonly<Record<string, string>> {
    return this.#inner.provenance;
  }

  /** Rows of each forward pass so far. */
  get passes(): readonly number[] {
    return this.#rows;
  }

  get rows(): number {
    return this.#rows.reduce((sum, rows) => sum + rows, 0);
  }

  forward(images: TensorLike, options: { readonly taps: readonly string[] }): ModelOutputs | Promise<ModelOutputs> {
    this.#rows.push(images.shape[0] ?? 0);
    return this.#inner.forward(images, options);
  }

  dispose(): void {
    this.#inner.dispose();
  }
}
