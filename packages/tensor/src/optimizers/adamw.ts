import type { OptimizerConfiguration, TensorLike } from "@kdf/core";
import * as tf from "@tensorflow/tfjs";
import { readNow } from "../memory.js";
import { square } from "../operations/elementwise.js";
import type { Parameter } from "../parameter.js";
import { unwrap, type Tensor } from "../tensor.js";
import type { Optimizer } from "./optimizer.js";
import { Slots } from "./slots.js";

export type AdamWSettings = Pick<OptimizerConfiguration, "beta1" | "beta2" | "epsilon" | "weightDecay">;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019), exactly as PyTorch computes it (torch.optim.AdamW):
 * p shrinks by rate·decay·p; m and v are running means of g and g², corrected for their start at zero by 1 - beta^t,
 * t counting the parameter's own steps; p loses rate·m / (√v + epsilon).
 */
export class AdamW implements Optimizer {
  readonly #settings: AdamWSettings;
  readonly #slots = new Slots(["mean", "square", "step"]);
  readonly #steps = new Map<string, number>();

  constructor(settings: AdamWSettings) {
    this.#settings = settings;
  }

  step(
    parameters: ReadonlyMap<string, Parameter>,
    gradients: ReadonlyMap<string, TensorLike>,
    learningRate: number,
  ): void {
    const shrink = 1 - learningRate * this.#settings.weightDecay;
    for (const [name, parameter] of parameters) {
      const gradient = gradients.get(name);
      if (gradient === undefined) continue;
      tf.tidy(() => {
        const change = this.#change(name, unwrap(gradient), learningRate);
        parameter.assign(tf.sub(tf.mul(parameter.value, shrink), change));
      });
    }
  }

  #change(name: string, gradient: Tensor, learningRate: number): Tensor {
    const { beta1, beta2, epsilon } = this.#settings;
    const steps = (this.#steps.get(name) ?? 0) + 1;
    this.#steps.set(name, steps);
    const mean = this.#average(name, "mean", gradient, beta1);
    const meanSquare = this.#average(name, "square", square(gradient), beta2);
    const size = tf.add(tf.mul(tf.sqrt(meanSquare), 1 / Math.sqrt(1 - beta2 ** steps)), epsilon);
    return tf.div(tf.mul(mean, learningRate / (1 - beta1 ** steps)), size);
  }

  /** beta·former + (1 - beta)·value; the former of the first step is zero. */
  #average(name: string, slot: string, value: Tensor, beta: number): Tensor {
    const former = this.#slots.get(name, slot);
    const part = tf.mul(value, 1 - beta);
    const average = former === undefined ? part : tf.add(tf.mul(former, beta), part);
    this.#slots.set(name, slot, average);
    return average;
  }

  slots(): ReadonlyMap<string, Tensor> {
    for (const [name, steps] of this.#steps) this.#slots.set(name, "step", tf.scalar(steps, "float32"));
    return this.#slots.all();
  }

  restore(slots: ReadonlyMap<string, TensorLike>): void {
    this.#slots.replace(slots);
    this.#steps.clear();
    for (const [key, value] of this.#slots.all()) {
      if (key.endsWith(".step")) this.#steps.set(key.slice(0, -".step".length), readNow(value)[0] ?? 0);
    }
  }

  dispose(): void {
    this.#slots.dispose();
    this.#steps.clear();
  }
}
