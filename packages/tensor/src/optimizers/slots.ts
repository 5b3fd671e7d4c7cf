import { resumeMismatch, type TensorLike } from "@kdf/core";
import { keep } from "../memory.js";
import { unwrap, type Tensor } from "../tensor.js";

/** Tensors by parameter and slot, as in `conv1.weight.momentumBuffer`. Owns them. */
export class Slots {
  readonly #names: readonly string[];
  readonly #tensors = new Map<string, Tensor>();

  /** `names` are the slots that each parameter may have. */
  constructor(names: readonly string[]) {
    this.#names = names;
  }

  get(parameter: string, slot: string): Tensor | undefined {
    return this.#tensors.get(`${parameter}.${slot}`);
  }

  /** Takes `value` over, out of every scope, and disposes what stood there. */
  set(parameter: string, slot: string, value: Tensor): void {
    const key = `${parameter}.${slot}`;
    const former = this.#tensors.get(key);
    this.#tensors.set(key, keep(value));
    former?.dispose();
  }

  /** Disposes the slot, where there is one. */
  remove(parameter: string, slot: string): void {
    const key = `${parameter}.${slot}`;
    this.#tensors.get(key)?.dispose();
    this.#tensors.delete(key);
  }

  all(): ReadonlyMap<string, Tensor> {
    return this.#tensors;
  }

  /** Takes `slots` over in place of what stands here. */
  replace(slots: ReadonlyMap<string, TensorLike>): void {
    const foreign = [...slots.keys()].find((key) => !this.#names.includes(key.slice(key.lastIndexOf(".") + 1)));
    if (foreign !== undefined) {
      throw resumeMismatch({
        what: "optimizer",
        recorded: `one with the slot ${foreign}`,
        present: `one with the slots ${this.#names.join(", ") || "(none)"}`,
      });
    }
    this.dispose();
    for (const [key, value] of slots) this.#tensors.set(key, keep(unwrap(value)));
  }

  dispose(): void {
    for (const tensor of this.#tensors.values()) tensor.dispose();
    this.#tensors.clear();
  }
}
