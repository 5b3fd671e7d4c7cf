import type { OptimizerConfiguration, TensorLike } from "@kdf/core";
import * as tf from "@tensorflow/tfjs";
import type { Parameter } from "../parameter.js";
import { unwrap, type Tensor } from "../tensor.js";
import type { Optimizer } from "./optimizer.js";
import { Slots } from "./slots.js";

export type SgdSettings = Pick<OptimizerConfiguration, "momentum" | "nesterov" | "weightDecay">;

/**
 * Stochastic gradient descent exactly as PyTorch computes it (torch.optim.SGD without dampening): d = g + decay·p;
 * the buffer b begins as d and becomes momentum·b + d; p loses rate·b, or with Nesterov rate·(d + momentum·b).
 */
export class Sgd implements Optimizer {
  readonly #settings: SgdSettings;
  readonly #slots: Slots;

  constructor(settings: SgdSettings) {
    this.#settings = settings;
    this.#slots = new Slots(settings.momentum === 0 ? [] : ["momentumBuffer"]);
  }

  step(
    parameters: ReadonlyMap<string, Parameter>,
    gradients: ReadonlyMap<string, TensorLike>,
    learningRate: number,
  ): void {
    for (const [name, parameter] of parameters) {
      const gradient = gradients.get(name);
      if (gradient === undefined) continue;
      tf.tidy(() => {
        const direction = this.#direction(name, parameter.value, unwrap(gradient));
        parameter.assign(tf.sub(parameter.value, tf.mul(direction, learningRate)));
      });
    }
  }

  #direction(name: string, value: Tensor, gradient: Tensor): Tensor {
    const { momentum, nesterov, weightDecay } = this.#settings;
    const decayed = weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(value, weightDecay));
    if (momentum === 0) return decayed;
    const former = this.#slots.get(name, "momentumBuffer");
    const buffer = former === undefined ? tf.clone(decayed) : tf.add(tf.mul(former, momentum), decayed);
    this.#slots.set(name, "momentumBuffer", buffer);
    return nesterov ? tf.add(decayed, tf.mul(buffer, momentum)) : buffer;
  }

  slots(): ReadonlyMap<string, Tensor> {
    return this.#slots.all();
  }

  restore(slots: ReadonlyMap<string, TensorLike>): void {
    this.#slots.replace(slots);
  }

  dispose(): void {
    this.#slots.dispose();
  }
}
