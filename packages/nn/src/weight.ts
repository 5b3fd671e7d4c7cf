import type { TensorLike } from "@kdf/core";
import { Parameter } from "@kdf/tensor";
import { layouts, type Layout } from "./layout.js";

/** A parameter that knows how PyTorch lays it out. Owns its value until disposed. */
export class Weight extends Parameter {
  readonly layout: Layout;

  /** Takes over `initial`. */
  constructor(initial: TensorLike, { layout = layouts.plain as Layout, trainable = true } = {}) {
    super(initial, trainable);
    this.layout = layout;
    initial.dispose();
  }
}
