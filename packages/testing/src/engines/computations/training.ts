import {
  batchNormalizationInference, batchNormalizationTraining, crossEntropy, divergence, entropy, logSoftmax, softmax, trackedNormalization, type Tensor,
} from "@kdf/tensor";
import type { Computation } from "../computation.js";
import { Draw } from "../draw.js";

const normalizations: readonly { readonly shape: readonly number[]; readonly groups: readonly number[]; readonly center?: number }[] = [
  { shape: [4, 6, 6, 16], groups: [4] },
  { shape: [6, 5, 5, 7], groups: [3, 3] },
  { shape: [7, 3, 4, 13], groups: [4, 2, 1] },
  { shape: [64, 10], groups: [64] },
  { shape: [9, 7], groups: [2, 7] },
  // The variance beside a mean that is much larger.
  { shape: [8, 4, 4, 3], groups: [8], center: 30 },
];

function normalization({ shape, groups, center = 0 }: (typeof normalizations)[number]): Computation {
  const draw = new Draw(`normalization/${shape}/${groups}`);
  const channels = [shape.at(-1)!];
  return {
    name: `batchNormalizationTraining of [${shape}] in groups of ${groups.join(", ")}${center === 0 ? "" : ` around ${center}`}`,
    inputs: [draw.floats(shape, center - 1, center + 1), draw.floats(channels, 0.5, 2), draw.floats(channels)],
    run: (x, gamma, beta) => {
      const { output, mean, variance } = batchNormalizationTraining(x!, gamma!, beta!, 1e-5, groups);
      return [output, mean, variance];
    },
  };
}

function tracked({ shape, groups }: (typeof normalizations)[number]): Computation {
  const { name, inputs } = normalization({ shape, groups });
  const draw = new Draw(`tracked/${shape}/${groups}`);
  const channels = [shape.at(-1)!];
  return {
    name: name.replace("batchNormalizationTraining", "trackedNormalization"),
    inputs: [...inputs, draw.floats(channels), draw.floats(channels, 0.5, 2)],
    run: (x, gamma, beta, mean, variance) => {
      const { output, running } = trackedNormalization(x!, gamma!, beta!, { mean: mean!, variance: variance!, momentum: 0.1 }, 1e-5, groups);
      return [output, running.mean, running.variance];
    },
    // None flows through the statistics, which the next batch starts from.
    gradients: [0, 1, 2],
  };
}

const ofLogits: Record<string, (logits: Tensor) => Tensor> = { softmax, logSoftmax, entropy };

export function training(): Computation[] {
  return [
    ...normalizations.map(normalization),
    ...normalizations.filter(({ center }) => center === undefined).map(tracked),
    {
      name: "batchNormalizationInference",
      inputs: [
        new Draw("inference").floats([3, 4, 4, 5]),
        ...[[0.5, 2], [-1, 1], [-1, 1], [0.1, 3]].map(([low, high], place) => new Draw(`inference/${place}`).floats([5], low, high)),
      ],
      run: (x, gamma, beta, mean, variance) => batchNormalizationInference(x!, gamma!, beta!, mean!, variance!, 1e-5),
    },
    ...Object.entries(ofLogits).flatMap(([name, run]) =>
      [1, 30].map((scale): Computation => ({
        name: `${name} of logits up to ${scale}`,
        inputs: [new Draw(`${name}/${scale}`).floats([6, 10], -scale, scale)],
        run: (logits) => run(logits!),
      })),
    ),
    {
      name: "crossEntropy",
      inputs: [new Draw("crossEntropy").floats([8, 10], -4, 4), new Draw("crossEntropy, labels").integers([8], 10)],
      run: (logits, labels) => crossEntropy(logits!, labels!),
    },
    {
      name: "divergence at temperature 4",
      inputs: [new Draw("divergence, teacher").floats([8, 10], -6, 6), new Draw("divergence, student").floats([8, 10], -4, 4)],
      run: (teacher, student) => divergence(teacher!, student!, 4),
      // None flows into the teacher.
      gradients: [1],
    },
  ];
}
