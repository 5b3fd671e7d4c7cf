import type { TensorLike } from "@kdf/core";
import { readNow } from "@kdf/tensor";

type Tensors = Readonly<Record<string, TensorLike>>;

/** The values of tensors at one moment, to tell later whether a hook left them alone. */
export class Snapshot {
  readonly #tensors: Tensors;
  readonly #values: Readonly<Record<string, Float32Array | Int32Array>>;

  constructor(tensors: Tensors) {
    this.#tensors = tensors;
    this.#values = Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, readNow(tensor).slice()]));
  }

  /** What happened to them since; undefined when nothing did. */
  change(): string | undefined {
    for (const [name, tensor] of Object.entries(this.#tensors)) {
      if (isDisposed(tensor)) return `${name} was disposed`;
      if (!sameValues(readNow(tensor), this.#values[name]!)) return `${name} was changed`;
    }
    return undefined;
  }
}

export function sameValues(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  return a.length === b.length && Array.from(a).every((value, place) => Object.is(value, b[place]));
}

export function isDisposed(tensor: TensorLike): boolean {
  return (tensor as TensorLike & { readonly isDisposed?: boolean }).isDisposed === true;
}
