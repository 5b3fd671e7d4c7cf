// kdf beside PyTorch: the same work on the same threads, all taking turns in one run, so that the ratios hold on a shared
// machine; the times do not. Needs a Python with torch, and `kdf engine install tensorflow` and `onnx`.
// Options: --python python3, --rounds 9, --draws 20, --threads 2, --only student-step,teacher-forward,…
import { join } from "node:path";
import { parseArgs } from "node:util";
import { begin, median, readResult, repository, round, writeResult } from "./lib/result.mjs";
import { Worker } from "./lib/worker.mjs";

const { values } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    rounds: { type: "string", default: "9" },
    draws: { type: "string", default: "20" },
    threads: { type: "string", default: "2" },
    only: { type: "string" },
  },
});
const { threads, draws } = values;
const folder = join(repository, "benchmarks");
const ours = (script: string, ...parameters: readonly string[]): Worker => new Worker(process.execPath, [...process.execArgv, join(folder, script), ...parameters]);
const torch = (script: string, ...parameters: readonly string[]): Worker => new Worker(values.python, [join(folder, script), ...parameters]);

/** One comparison's work: what each side is called, how it is started, and which of its numbers counts. */
interface Side {
  readonly start: () => Worker;
  readonly number: string;
}

interface Comparison {
  readonly id: string;
  readonly case: string;
  readonly ours: Side;
  /** By the peer's name. `atLeast`: ratio = theirs / ours, to be at least the bar; else ours / theirs, to be at most it. */
  readonly peers: Readonly<Record<string, Side & { readonly bar: number | null; readonly atLeast: boolean }>>;
  readonly rounds: number;
}

const rounds = Number(values.rounds);
const pairs = [["resnet56", "resnet20"], ["wrn_40_2", "wrn_16_2"]] as const;
const augmenters = ["identity", "flip", "crop-flip", "cutout", "autoaugment", "masking", "patchmix", "mixup", "cutmix", "cutmixpick"];
/** All at once are measured with fewer. */
const sharedDraws = "4";
const small = ["resnet8", "28", "1", "10"];
const wasmStep = (): Worker => ours("student-step.ts", "wasm", "1", ...small);
const trainings = pairs.map(([teacher, student]) => ({
  pair: `${teacher} -> ${student}`,
  start: (): Worker => ours("training.ts", teacher, student, "tensorflow", threads, "engine", "cutmixpick"),
}));

const comparisons: readonly Comparison[] = [
  {
    id: "student-step",
    case: "resnet20, 2 x 64 images of 32 x 32 x 3, tensorflow",
    ours: { start: () => ours("student-step.ts", "tensorflow", threads, "resnet20", "32", "3", "100"), number: "step" },
    peers: { "pytorch-eager": { start: () => torch("torch-step.py", threads, "resnet20", "32", "3", "100"), number: "step", bar: 1, atLeast: true } },
    rounds,
  },
  ...["resnet56", "wrn_40_2"].map((network): Comparison => ({
    id: "teacher-forward",
    case: `${network}, 64 images of 32 x 32 x 3, ONNX Runtime`,
    ours: { start: () => ours("teacher-forward.ts", network, "wasm", threads, "onnx"), number: "forward" },
    peers: { "pytorch-eager": { start: () => torch("torch_forward.py", network, threads), number: "forward", bar: 2, atLeast: true } },
    rounds,
  })),
  ...pairs.map(([teacher, student]): Comparison => ({
    id: "cutmixpick-step",
    case: `${teacher} -> ${student}, teacher entropy, tensorflow with the teacher in ONNX Runtime`,
    ours: { start: () => ours("training.ts", teacher, student, "tensorflow", threads, "onnx", "cutmixpick"), number: "step" },
    peers: {
      "pytorch-eager": { start: () => torch("torch_training.py", teacher, student, threads, "eager"), number: "step", bar: 1.5, atLeast: true },
      "pytorch-compile": { start: () => torch("torch_training.py", teacher, student, threads, "compile"), number: "step", bar: 1, atLeast: true },
    },
    rounds,
  })),
  {
    id: "wasm-step",
    case: "resnet8, 2 x 64 images of 28 x 28 x 1, one thread",
    ours: { start: wasmStep, number: "step" },
    peers: {
      "wasm-forward": { start: wasmStep, number: "forward", bar: 6, atLeast: false },
      "pytorch-eager": { start: () => torch("torch-step.py", "1", ...small), number: "step", bar: null, atLeast: false },
    },
    rounds,
  },
  ...trainings.map(({ pair, start }): Comparison => ({
    id: "overhead",
    case: `${pair}, cutmixpick, tensorflow: data, augmentation, selection, hooks, metrics, log`,
    ours: { start, number: "own" },
    peers: { "whole-step": { start, number: "step", bar: 0.05, atLeast: false } },
    rounds,
  })),
  ...augmenters.map((augmenter): Comparison => ({
    id: "t-stddev",
    case: `vgg13, ${augmenter}, ${draws} draws, teacher in ONNX Runtime`,
    ours: { start: () => ours("ranking.ts", "vgg13", "tensorflow", threads, "onnx", augmenter, draws), number: "rank" },
    peers: { "pytorch-eager": { start: () => torch("torch_ranking.py", "vgg13", threads, augmenter, draws), number: "rank", bar: 2, atLeast: true } },
    rounds: 1,
  })),
  {
    id: "t-stddev",
    case: `vgg13, all ${augmenters.length} augmenters, original views shared, ${sharedDraws} draws, teacher in ONNX Runtime`,
    ours: { start: () => ours("ranking.ts", "vgg13", "tensorflow", threads, "onnx", augmenters.join(), sharedDraws), number: "rank" },
    peers: {
      "pytorch-eager": { start: () => torch("torch_ranking.py", "vgg13", threads, augmenters.join(), sharedDraws), number: "rank", bar: null, atLeast: true },
    },
    rounds: 1,
  },
];

async function compare({ ours: own, peers, rounds: turns, ...about }: Comparison): Promise<object[]> {
  const workers = new Map<Side["start"], Worker>();
  const measured = new Map<Side["start"], Readonly<Record<string, number>>[]>();
  try {
    // One after the other: each warms up alone. Two numbers of one worker are of the same work.
    for (const { start } of [own, ...Object.values(peers)]) {
      if (workers.has(start)) continue;
      const worker = start();
      workers.set(start, worker);
      measured.set(start, []);
      await worker.ready();
    }
    for (let turn = 0; turn < turns; turn += 1) {
      for (const [start, worker] of workers) measured.get(start)!.push(await worker.measure());
    }
  } finally {
    for (const worker of workers.values()) worker.stop();
  }
  const result = ({ start, number }: Side): number => median(measured.get(start)!.map((numbers) => numbers[number]!));
  return Object.entries(peers).map(([peer, { bar, atLeast, ...side }]) => {
    const [mine, theirs] = [result(own), result(side)];
    const line = { ...about, peer, rounds: turns, ours: round(mine, 2), theirs: round(theirs, 2), ratio: round(atLeast ? theirs / mine : mine / theirs, 3), bar, atLeast };
    process.stderr.write(`${JSON.stringify(line)}\n`);
    return line;
  });
}

interface Result extends Pick<Comparison, "id" | "case"> {
  readonly measured: { readonly date: string; readonly commit: string | null };
}

/** A comparison is written as soon as it is measured, in the place of the earlier one of the same work on the same machine. */
const circumstances = begin();
const { date, commit, machine } = circumstances;
const earlier = readResult("pytorch") as { readonly machine: typeof machine; readonly comparisons: readonly Result[] } | undefined;
const results = new Map<Comparison, readonly object[]>();
if (earlier !== undefined && earlier.machine.processor === machine.processor && earlier.machine.cores === machine.cores) {
  for (const comparison of comparisons) results.set(comparison, earlier.comparisons.filter((one) => one.id === comparison.id && one.case === comparison.case));
}
const only = values.only?.split(",");
for (const comparison of comparisons.filter(({ id }) => only?.includes(id) ?? true)) {
  results.set(comparison, (await compare(comparison)).map((line) => ({ ...line, measured: { date, commit, load: machine.load } })));
  writeResult("pytorch", circumstances, { threads: Number(threads), comparisons: comparisons.flatMap((one) => results.get(one) ?? []) });
}
