import type { OptimizerConfiguration, TensorLike } from "@kdf/core";
import * as tf from "@tensorflow/tfjs";
import { keep } from "../memory.js";
import type { Parameter } from "../parameter.js";
import type { Tensor } from "../tensor.js";
import { FlatLayout } from "./flat.js";
import type { Optimizer } from "./optimizer.js";
import { Slots } from "./slots.js";

export type SgdSettings = Pick<OptimizerConfiguration, "momentum" | "nesterov" | "weightDecay">;

const slot = "momentumBuffer";

/**
 * Stochastic gradient descent exactly as PyTorch computes it (torch.optim.SGD without dampening): d = g + decay·p;
 * the buffer b begins as d and becomes momentum·b + d; p loses rate·b, or with Nesterov rate·(d + momentum·b).
 * All parameters of a step are updated as one row of numbers.
 */
export class Sgd implements Optimizer {
  readonly #settings: SgdSettings;
  readonly #slots: Slots;
  /** The buffers of the last step's parameters, which are among the slots only once someone asks for them. */
  #buffers: { readonly names: readonly string[]; readonly layout: FlatLayout; readonly flat: Tensor } | undefined;

  constructor(settings: SgdSettings) {
    this.#settings = settings;
    this.#slots = new Slots(settings.momentum === 0 ? [] : [slot]);
  }

  step(
    parameters: ReadonlyMap<string, Parameter>,
    gradients: ReadonlyMap<string, TensorLike>,
    learningRate: number,
  ): void {
    const names = [...parameters.keys()].filter((name) => gradients.has(name));
    if (names.length === 0) return;
    const updated = names.map((name) => parameters.get(name)!);
    const layout = new FlatLayout(updated.map(({ shape }) => shape));
    tf.tidy(() => {
      const value = layout.join(updated.map((parameter) => parameter.value));
      const direction = this.#direction(names, layout, value, layout.join(names.map((name) => gradients.get(name)!)));
      layout.part(tf.sub(value, tf.mul(direction, learningRate))).forEach((part, place) => updated[place]!.assign(part));
    });
  }

  #direction(names: readonly string[], layout: FlatLayout, value: Tensor, gradient: Tensor): Tensor {
    const { momentum, nesterov, weightDecay } = this.#settings;
    const decayed = weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(value, weightDecay));
    if (momentum === 0) return decayed;
    const former = this.#former(names, layout, decayed);
    const buffer = former === undefined ? tf.clone(decayed) : tf.add(tf.mul(former, momentum), decayed);
    this.#buffers?.flat.dispose();
    this.#buffers = { names, layout, flat: keep(buffer) };
    for (const name of names) this.#slots.remove(name, slot);
    return nesterov ? tf.add(decayed, tf.mul(buffer, momentum)) : buffer;
  }

  /** The buffers before this step. One that begins counts as zeros, which makes it d. */
  #former(names: readonly string[], layout: FlatLayout, like: Tensor): Tensor | undefined {
    const last = this.#buffers?.names;
    if (last?.length === names.length && last.every((name, place) => name === names[place])) return this.#buffers!.flat;
    this.#settle();
    const buffers = names.map((name) => this.#slots.get(name, slot));
    if (buffers.every((buffer) => buffer === undefined)) return undefined;
    const parts = layout.part(tf.zerosLike(like));
    return layout.join(buffers.map((buffer, place) => buffer ?? parts[place]!));
  }

  /** Puts the buffers back among the slots, each under its parameter's name. */
  #settle(): void {
    if (this.#buffers === undefined) return;
    const { names, layout, flat } = this.#buffers;
    tf.tidy(() => layout.part(flat).forEach((part, place) => this.#slots.set(names[place]!, slot, part)));
    flat.dispose();
    this.#buffers = undefined;
  }

  slots(): ReadonlyMap<string, Tensor> {
    this.#settle();
    return this.#slots.all();
  }

  restore(slots: ReadonlyMap<string, TensorLike>): void {
    this.#slots.replace(slots);
    this.#buffers?.flat.dispose();
    this.#buffers = undefined;
  }

  dispose(): void {
    this.#buffers?.flat.dispose();
    this.#buffers = undefined;
    this.#slots.dispose();
  }
}
