import { optimizerSchema, type RandomStream } from "@kdf/core";
import {
  add, clone, createOptimizer, createStreams, crossEntropy, disposeAll, divergence, floats, multiply, scope, slice, valueAndGradients,
  type Tensor,
} from "@kdf/tensor";
import type { Computation } from "../computation.js";
import { Draw } from "../draw.js";
import { blocks, type Block } from "./blocks.js";

const rows = 6;

/**
 * A whole training step by Hinton's loss on two views, each a norm group, twice, so that the optimizer's memory counts:
 * the loss of each step, then logits, weights, running statistics and gradients at the end.
 */
function trainingStep(name: string, Network: new (stream: RandomStream) => Block): Computation {
  const draw = new Draw(`step/${name}`);
  return {
    name: `two training steps of a network with a block "${name}"`,
    inputs: [draw.floats([2 * rows, 8, 8, 3]), draw.integers([rows], 5), draw.floats([2 * rows, 5], -3, 3)],
    gradients: [],
    run: (images, labels, teacher) => {
      const network = new Network(createStreams(2).at(name));
      scope(() => spreadVectors(network, name));
      const optimizer = createOptimizer(optimizerSchema.parse({ id: "sgd", nesterov: true }));
      const parameters = new Map([...network.parameters()].filter(([, weight]) => weight.trainable));
      const losses: Tensor[] = [];
      let gradients: readonly Tensor[] = [];
      for (let step = 0; step < 2; step += 1) {
        disposeAll(gradients);
        const made = valueAndGradients(() => lossOf(network, images!, labels!, teacher!), parameters);
        scope(() => optimizer.step(parameters, made.gradients, 0.05));
        losses.push(made.value);
        gradients = [...made.gradients.values()];
      }
      const logits = network.compute(images!, { training: false, groupRows: [2 * rows] });
      const weights = [...network.parameters().values()].map(({ value }) => clone(value));
      network.dispose();
      optimizer.dispose();
      return [...losses, logits, ...weights, ...gradients];
    },
  };
}

/** Norms begin at 1 and 0, where some gradients are 0 but for rounding, and the relation of two roundings says nothing. */
function spreadVectors(network: Block, name: string): void {
  for (const [parameter, weight] of network.parameters()) {
    if (!weight.trainable || weight.shape.length !== 1) continue;
    const { data, shape } = new Draw(`vectors/${name}/${parameter}`).floats(weight.shape, 0.25, 1.25);
    weight.assign(floats(data as Float32Array, shape));
  }
}

function lossOf(network: Block, images: Tensor, labels: Tensor, teacher: Tensor): Tensor {
  const student = network.compute(images, { training: true, groupRows: [rows, rows] });
  const original = slice(student, [0, 0], [rows, -1]);
  return add(multiply(crossEntropy(original, labels), 0.1), multiply(divergence(teacher, student, 4), 0.9));
}

export const trainingSteps = (): Computation[] => Object.entries(blocks).map(([name, Network]) => trainingStep(name, Network));
