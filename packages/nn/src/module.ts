import type { Trainable } from "@kdf/core";
import { Weight } from "./weight.js";

/**
 * A part of a network. Every property that holds a weight, a module, or an array of modules is a part of it, and the
 * property's name (in an array, the place) is the part's name in PyTorch's state dict. A place without weights is null.
 */
export abstract class Module implements Trainable {
  #parameters: ReadonlyMap<string, Weight> | undefined;

  /** Weights and running statistics by PyTorch's names, in the order of the properties. */
  parameters(): ReadonlyMap<string, Weight> {
    this.#parameters ??= new Map(named(this));
    return this.#parameters;
  }

  dispose(): void {
    for (const parameter of this.parameters().values()) parameter.dispose();
  }
}

function* named(parent: object): Generator<[string, Weight]> {
  for (const [name, part] of Object.entries(parent) as [string, unknown][]) {
    if (part instanceof Weight) yield [name, part];
    else if (part instanceof Module || Array.isArray(part)) {
      for (const [inner, weight] of named(part)) yield [`${name}.${inner}`, weight];
    }
  }
}
