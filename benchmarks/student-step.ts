// One student's step on one engine, as a Worker of wasm-step.ts and pytorch.ts. Parameters: engine, threads or "default",
// network, size and channels of the images, classes.
import { createInterface } from "node:readline";
import { optimizerSchema, type EngineReport, type TensorLike } from "@kdf/core";
import { composeHost } from "@kdf/host";
import {
  add,
  createOptimizer,
  createStreams,
  crossEntropy,
  disposeAll,
  divergence,
  floats,
  integers,
  multiply,
  readNow,
  scope,
  split,
  valueAndGradients,
  type Parameter,
} from "@kdf/tensor";
import { repository } from "./lib/result.mjs";
import { say } from "./lib/turns.js";

const [engineId = "wasm", threads = "default", networkId = "resnet8", ...numbers] = process.argv.slice(2);
const [size = 28, channels = 1, classes = 10] = numbers.map(Number);
const rows = 64;

const host = await composeHost({
  directory: repository,
  logger: { info: console.error, warn: console.error },
  set: threads === "default" ? [] : [`engine:${engineId}.threads=${threads}`],
});
const report: EngineReport = await (await host.registry.create("engine", engineId)).start();

// Two views of 64 images: 0.1 CE(original) + 0.9 [KL(original) + KL(augmented)], the teacher's logits given.
const streams = createStreams(0);
const network = await host.registry.create("network", networkId);
const input = { size, channels, mean: Array<number>(channels).fill(0), std: Array<number>(channels).fill(1) };
const model = network.build({ input, classes }, streams.at("weights", {}));
const normal = (name: string, shape: readonly number[]): TensorLike => {
  const stream = streams.at(name, {});
  const length = shape.reduce((product, side) => product * side, 1);
  return floats(Float32Array.from({ length }, () => stream.normal()), shape);
};
const images = normal("images", [2 * rows, size, size, channels]);
const teacher = [normal("teacher-original", [rows, classes]), normal("teacher-augmented", [rows, classes])] as const;
const labels = integers(Int32Array.from({ length: rows }, (_, row) => row % classes), [rows]);
const parameters = new Map([...model.parameters()].filter(([, parameter]) => parameter.trainable)) as Map<string, Parameter>;
const optimizer = createOptimizer(optimizerSchema.parse({}));

function step(): number {
  const { value, gradients } = valueAndGradients(() => {
    const { logits } = model.forward(images, { training: true, normGroups: [rows, rows] });
    const [original, augmented] = split(logits, [rows, rows]);
    const divergences = add(divergence(teacher[0], original!, 4), divergence(teacher[1], augmented!, 4));
    return add(multiply(crossEntropy(original!, labels), 0.1), multiply(divergences, 0.9));
  }, parameters);
  optimizer.step(parameters, gradients, 0.01);
  const loss = readNow(value)[0]!;
  disposeAll([value, ...gradients.values()]);
  return loss;
}

/** With running statistics: what the trained student costs. */
function forward(): void {
  scope(() => void readNow(model.forward(images, { training: false }).logits));
}

function milliseconds(run: () => unknown): number {
  const started = performance.now();
  run();
  return performance.now() - started;
}

const measure = (): object => ({ forward: milliseconds(forward), step: milliseconds(step) });
const firstLoss = step();
forward();
if (engineId !== "cpu") measure();

say({ engine: report.id, library: report.library, threads: report.threads, firstLoss });
for await (const _ of createInterface({ input: process.stdin })) say(measure());
process.exit(0);
