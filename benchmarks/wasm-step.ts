// A student's training step on wasm (resnet8, two views of 64 images of 28 x 28) beside its own forward, the `cpu`
// engine and PyTorch on one thread. All take turns in one run: the ratios hold on a shared machine, the times do not.
// Options: --rounds 15, --reference-rounds 2 (the cpu engine's), --python python3 (one that has torch), --no-torch
import { join } from "node:path";
import { parseArgs } from "node:util";
import { begin, median, repository, round, spread, writeResult } from "./lib/result.mjs";
import { Worker } from "./lib/worker.mjs";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "15" },
    "reference-rounds": { type: "string", default: "2" },
    python: { type: "string", default: "python3" },
    "no-torch": { type: "boolean", default: false },
  },
});
const folder = join(repository, "benchmarks");
const engine = (id: string, threads = "default"): Worker =>
  new Worker(process.execPath, [...process.execArgv, join(folder, "student-step.ts"), id, threads]);

const circumstances = begin();
const workers: Record<string, { readonly worker: Worker; readonly rounds: number }> = {
  wasm: { worker: engine("wasm"), rounds: Number(values.rounds) },
  "wasm, one thread": { worker: engine("wasm", "1"), rounds: Number(values.rounds) },
  cpu: { worker: engine("cpu"), rounds: Number(values["reference-rounds"]) },
  ...(!values["no-torch"] && {
    "pytorch, one thread": { worker: new Worker(values.python, [join(folder, "torch-step.py")]), rounds: Number(values.rounds) },
  }),
};

const who: Record<string, Readonly<Record<string, unknown>>> = {};
for (const [name, { worker }] of Object.entries(workers)) who[name] = await worker.ready();

const forwards: Record<string, number[]> = {};
const steps: Record<string, number[]> = {};
const most = Math.max(...Object.values(workers).map(({ rounds }) => rounds));
for (let turn = 0; turn < most; turn += 1) {
  for (const [name, { worker, rounds }] of Object.entries(workers)) {
    if (turn >= rounds) continue;
    const { forward, step } = await worker.measure();
    (forwards[name] ??= []).push(forward!);
    (steps[name] ??= []).push(step!);
  }
}
for (const { worker } of Object.values(workers)) worker.stop();

const ratio = (of: readonly number[] | undefined, to: readonly number[]): number | null =>
  of === undefined ? null : round(median(of) / median(to), 2);
const single = "wasm, one thread";
writeResult("wasm-step", circumstances, {
  work: "resnet8, 2 x 64 images of 28 x 28 x 1, kd on both views, SGD with momentum",
  milliseconds: Object.fromEntries(
    Object.keys(workers).map((name) => [name, { ...who[name], forward: spread(forwards[name]!), step: spread(steps[name]!) }]),
  ),
  ratios: {
    "wasm step / wasm forward, one thread": ratio(steps[single], forwards[single]!),
    "wasm step / wasm forward": ratio(steps["wasm"], forwards["wasm"]!),
    "cpu step / wasm step, one thread": ratio(steps["cpu"], steps[single]!),
    "cpu step / wasm step": ratio(steps["cpu"], steps["wasm"]!),
    "wasm step / pytorch step, one thread each": steps["pytorch, one thread"] && ratio(steps[single], steps["pytorch, one thread"]),
  },
});
