// What CRD adds to a training step, and what it holds, without any network. From this folder's package:
// npx tsx benchmarks/step.ts --engine wasm --images 50000 --bank engine
// Writes results/step-<engine>-<images>-<bank>.json. Other options: --batch 64, --negatives 16384, --classes, --rounds 7
import { parseArgs } from "node:util";
import type { DistillerSubject, LossContext, ModelDescription, StateUpdate, TensorLike, Views } from "@kdf/core";
import { parseOptions } from "@kdf/core";
import { createStreams, disposeAll, floats, integers, Parameter, read, scope, tensorBytes, valueAndGradients, withRows } from "@kdf/tensor";
import { ContrastiveRepresentationDistillation, options as schema } from "../src/crd.js";
import { Negatives } from "../src/negatives.js";
import { startEngine } from "./engine.js";
import { writeResult } from "./result.js";

const { values } = parseArgs({
  options: {
    engine: { type: "string", default: "wasm" },
    images: { type: "string", default: "50000" },
    classes: { type: "string" },
    bank: { type: "string", default: "engine" },
    batch: { type: "string", default: "64" },
    negatives: { type: "string", default: "16384" },
    rounds: { type: "string", default: "7" },
  },
});
const [images, size, count] = [Number(values.images), Number(values.batch), Number(values.negatives)];
const classes = Number(values.classes ?? (images > 500_000 ? 1000 : 100));
const features = { student: 256, teacher: 512 };

const report = await startEngine(values.engine);
const streams = createStreams(0);
const labels = Int32Array.from({ length: images }, (_, row) => row % classes);
const model = (role: "student" | "teacher"): ModelDescription => ({
  network: role, input: { size: 32, channels: 3, mean: [0, 0, 0], std: [1, 1, 1] }, classes, taps: { pooled: [features[role]] },
});
const subject: DistillerSubject = {
  teacher: model("teacher"),
  student: model("student"),
  dataset: { classes: Array.from({ length: classes }, String), trainingSize: images, labels },
  augmented: false,
  ...(report.limits && { engineLimits: report.limits }),
  streams,
};
const before = { tensors: tensorBytes(), resident: process.memoryUsage().rss };
const options = await parseOptions(schema, { bank: values.bank, negatives: count }, "distiller crd");
const started = performance.now();
const prepared = new ContrastiveRepresentationDistillation(options).prepare(subject);
const preparing = performance.now() - started;

const normal = (name: string, shape: readonly number[]): TensorLike => {
  const stream = streams.at(name);
  return floats(Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => stream.normal()), shape);
};
const outputs = Object.fromEntries(
  (["student", "teacher"] as const).map((role) => [role, { logits: normal(`${role} logits`, [size, classes]), taps: { pooled: normal(role, [size, features[role]]) } }]),
) as Record<"student" | "teacher", { logits: TensorLike; taps: { pooled: TensorLike } }>;
const pooled = new Parameter(outputs.student.taps.pooled);
const views: Views = { original: { teacher: outputs.teacher, student: { logits: outputs.student.logits, taps: { pooled: pooled.value } } } };
const trained = new Map([["pooled", pooled]]);
for (const [extra, trainable] of Object.entries(prepared.extras)) {
  for (const [name, parameter] of trainable.parameters()) trained.set(`${extra}.${name}`, parameter as Parameter);
}
const negatives = new Negatives(labels, classes);
const state: Record<string, TensorLike> = { ...prepared.state };

interface Time {
  /** Milliseconds that passed: on a machine with other work, more than the step needs. */
  readonly passed: number;
  /** Milliseconds of all threads of this process together. */
  readonly processor: number;
}

async function step(number: number): Promise<Record<string, Time>> {
  const indices = Int32Array.from(streams.at("indices", { step: number }).choose(images, size));
  const rows = { indices, labels: Int32Array.from(indices, (index) => labels[index]!) };
  const at = { epoch: 0, step: number };
  const context: LossContext = {
    labels: integers(rows.labels, [size]), indices: integers(indices, [size]), rows, state: { ...state }, stage: "distill", ...at, position: { stage: 0, ...at },
  };
  const times: Record<string, Time> = {};
  const clock = async (name: string, work: () => unknown): Promise<void> => {
    const [start, used] = [performance.now(), process.cpuUsage()];
    await work();
    const { user, system } = process.cpuUsage(used);
    times[name] = { passed: performance.now() - start, processor: (user + system) / 1000 };
  };
  await clock("draws alone", () => negatives.draw(rows.labels, count, streams.at("crd:negatives", context.position)));
  await clock("losses and gradients", async () => {
    const { value, gradients } = valueAndGradients(() => prepared.losses(views, context)["contrast.original"]!, trained);
    // An engine may compute beside this thread: what it owes is waited for.
    await read(value);
    for (const gradient of gradients.values()) await read(gradient);
    disposeAll([value, ...gradients.values()]);
  });
  await clock("update", async () => {
    for (const [name, update] of Object.entries(scope(() => prepared.update!(views, context) as never) as Record<string, StateUpdate>)) {
      const onHost = prepared.hostState?.[name];
      if (onHost !== undefined && "rows" in update) {
        const [numbers, width] = [await read(update.values), onHost.shape[1]!];
        indices.forEach((row, place) => onHost.values.set(numbers.subarray(place * width, (place + 1) * width), row * width));
        disposeAll([update.rows, update.values]);
        continue;
      }
      const old = state[name]!;
      if ("value" in update) state[name] = update.value;
      else {
        state[name] = withRows(old, update.rows, update.values);
        disposeAll([update.rows, update.values]);
      }
      old.dispose();
    }
    // The last row read stands for all: engines compute in order.
    await read(state["teacherConstant"]!);
  });
  disposeAll([context.labels, context.indices]);
  return times;
}

const all: Record<string, Time>[] = [];
// The first step fixes the constants, the second still warms up.
const first = await step(0);
await step(1);
for (let round = 0; round < Number(values.rounds); round += 1) all.push(await step(2 + round));

const rounded = (number: number): number => Math.round(number * 10) / 10;
const spread = (of: (time: Time) => number, name: string): { median: number; least: number; most: number } => {
  const sorted = all.map((times) => of(times[name]!)).sort((a, b) => a - b);
  return { median: rounded(sorted[sorted.length >> 1]!), least: rounded(sorted[0]!), most: rounded(sorted.at(-1)!) };
};
const parts = Object.keys(first);
const table = (of: (time: Time) => number) => Object.fromEntries(parts.map((name) => [name, spread(of, name)]));
const milliseconds = { passed: table(({ passed }) => passed), processor: table(({ processor }) => processor) };
const megabytes = (bytes: number): number => Math.round(bytes / 1e6);
const memory = {
  "banks, computed": megabytes(2 * 4 * images * options.embeddingSize),
  "tensors after the last step": megabytes(tensorBytes() - before.tensors),
  "most that the process held": megabytes(1024 * process.resourceUsage().maxRSS),
  "process before": megabytes(before.resident),
};
console.table(milliseconds.passed);
console.table(milliseconds.processor);
console.log(memory);
writeResult(`step-${values.engine}-${images}-${values.bank}`, {
  engine: { id: report.id, library: report.library, device: report.device, threads: report.threads },
  images, classes, batch: size, negatives: count, embeddingSize: options.embeddingSize, bank: values.bank, rounds: Number(values.rounds),
  milliseconds, millisecondsOfTheFirstStep: Object.fromEntries(parts.map((name) => [name, rounded(first[name]!.passed)])),
  millisecondsToPrepare: rounded(preparing), megabytes: memory,
});
