// How many forwards a training step costs, in one run. From this folder's package: npx tsx benchmarks/step.ts
// Options: --batch 128 (rows, two views of half as many), --rounds 15, --threads 1, --json
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs";
import { startEngine } from "../src/engine.js";
import { ResNet8 } from "./resnet8.js";

const { values } = parseArgs({
  options: {
    batch: { type: "string", default: "128" },
    rounds: { type: "string", default: "15" },
    threads: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
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
const medians = Object.fromEntries(Object.entries(milliseconds).map(([name, all]) => [name, Math.round(median(all) * 10) / 10]));
const forward = medians["forward, running statistics"]!;
const ratio = Math.round((medians["training step"]! / forward) * 100) / 100;
if (values.json) {
  process.stdout.write(`${JSON.stringify({ batch, threads, milliseconds: medians, ratio, node: process.version, cpu: cpus()[0]?.model })}\n`);
} else {
  console.table(medians);
  console.log(`a training step costs ${ratio} forwards (bar: 6)`);
}
