import type { Model, ModelInput } from "./model.js";
import type { RandomStream } from "./random.js";

/** An architecture. `build` makes a model with freshly initialised weights; the caller owns it. */
export interface Network {
  build(shape: { readonly input: ModelInput; readonly classes: number }, stream: RandomStream): Model;
}
