// How many forwards a training step costs, in one run. From this folder's package: npx tsx benchmarks/step.ts
// Writes results/step-threads-<threads>.json. Options: --batch 128 (rows, two views of half as many), --rounds 15, --threads 1
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs";
import { startEngine } from "../src/engine.js";
import { ResNet8 } from "./resnet8.js";
import { writeResult } from "./result.js";

const { values } = parseArgs({
  options: {
    batch: { type: "string", default: "128" },
    rounds: { type: "string", default: "15" },
    threads: { type: "string", default: "1" },
  },
});
const batch = Number(values.batch);
const groupRows = [batch / 2, batch / 2];

const { threads } = await startEngine({ threads: Number(values.threads) });

const model = new ResNet8();
const images = tf.tensor(Float32Array.from({ length: batch * 784 }, (_, index) => Math.sin(index * 12.9898)), [batch, 28, 28, 1]);
const labels = tf.oneHot(tf.tensor1d(Array.from({ length: batch }, (_, index) => index % 10), "int32"), 10);
const velocities: tf.Tensor[] = model.variables.map((variable) => tf.zerosLike(variable));

const crossEntropy = (): tf.Scalar =>
  tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(model.forward(images, groupRows)), labels), 1)));

function trainingStep(): void {
  const { value, grads } = tf.variableGrads(crossEntropy, model.variables);
  model.variables.forEach((variable, index) => {
    const velocity = tf.tidy(() => tf.add(tf.mul(velocities[index]!, 0.9), grads[variable.name]!));
    velocities[index]!.dispose();
    velocities[index] = velocity;
    tf.tidy(() => variable.assign(tf.sub(variable, tf.mul(velocity, 0.01))));
  });
  tf.dispose([value, grads]);
}

const measured = {
  "forward, running statistics": () => tf.tidy(() => void model.forward(images)),
  "forward, batch statistics": () => tf.tidy(() => void model.forward(images, groupRows)),
  "training step": trainingStep,
};
const milliseconds: Record<string, number[]> = {};
for (let round = -2; round < Number(values.rounds); round++) {
  // In turn, so that a slow moment of a shared machine meets them all.
  for (const [name, run] of Object.entries(measured)) {
    const start = performance.now();
    run();
    if (round >= 0) (milliseconds[name] ??= []).push(performance.now() - start);
  }
}

const median = (numbers: number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;
const spreads = Object.fromEntries(Object.entries(milliseconds).map(([name, all]) => [
  name, { median: round(median(all), 1), least: round(Math.min(...all), 1), most: round(Math.max(...all), 1) },
]));
const ratio = round(median(milliseconds["training step"]!) / median(milliseconds["forward, running statistics"]!), 2);
console.table(spreads);
console.log(`a training step costs ${ratio} forwards (bar: 6)`);
writeResult(`step-threads-${threads}`, { threads, batch, rounds: Number(values.rounds), milliseconds: spreads, ratio });

function round(number: number, digits: number): number {
  return Math.round(number * 10 ** digits) / 10 ** digits;
}
