// A training step of each distiller with its default options beside one of kd, in turns in one process: the ratios hold on
// a shared machine, the times do not. Of a distiller with several stages, the first one that trains the student is measured.
// The memory that its state takes stands beside. Needs `kdf engine install tensorflow`, unless --engine wasm.
// Options: --engine tensorflow, --threads 2, --teacher resnet56, --student resnet20, --rounds 7, --only crd,at
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openBench, type Bench } from "@kdf/trainer";
import { tensorBytes } from "@kdf/tensor";
import { batchSize, composeExperiment, shape } from "./lib/experiment.js";
import { begin, median, round, spread, writeResult } from "./lib/result.mjs";

const { values } = parseArgs({
  options: {
    engine: { type: "string", default: "tensorflow" },
    threads: { type: "string", default: "2" },
    teacher: { type: "string", default: "resnet56" },
    student: { type: "string", default: "resnet20" },
    rounds: { type: "string", default: "7" },
    only: { type: "string" },
  },
});
const { engine, teacher, student } = values;
const rounds = Number(values.rounds);
const folder = mkdtempSync(join(tmpdir(), "kdf-distillers-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const circumstances = begin();
// As many images as CRD draws negatives from at its defaults.
const { host, report } = await composeExperiment({ teacher, student, engine, threads: Number(values.threads), plugins: [], steps: 300 }, folder);
const complete = host.configuration.complete();
// The features of a teacher that was never trained are so large that some losses overflow where the student learns of them.
const configuration = { ...complete, optimizer: { ...complete.optimizer, learningRate: 1e-30 }, metrics: ["loss"], monitor: "loss" };
const open = (distiller: string): Promise<Bench> =>
  openBench({ container: host.container, configuration: { ...configuration, distiller }, augmenterIds: [] });

const baseline = "kd";
const named = values.only?.split(",") ?? host.registry.ids("distiller").filter((id) => id !== baseline && providedHere(id));
const kd = await open(baseline);
await kd.measure(1, 2);
const distillers: Record<string, object> = {};
for (const id of named) {
  const before = tensorBytes();
  const bench = await open(id);
  const stateMegabytes = round((tensorBytes() - before) / 2 ** 20);
  const [ours, theirs]: [number[], number[]] = [[], []];
  await bench.measure(1, 2);
  for (let turn = 0; turn < rounds; turn += 1) {
    ours.push((await bench.measure(1, 0)).milliseconds);
    theirs.push((await kd.measure(1, 0)).milliseconds);
  }
  distillers[id] = {
    stage: bench.subject.stage,
    ratio: round(median(ours) / median(theirs), 2),
    milliseconds: spread(ours),
    kdMilliseconds: spread(theirs),
    tensorMegabytes: stateMegabytes,
  };
  await bench.dispose();
  process.stderr.write(`${id} ${JSON.stringify(distillers[id])}\n`);
}
await kd.dispose();

writeResult("distillers", circumstances, {
  work: `${teacher} -> ${student}, ${batchSize} images of ${shape.size} x ${shape.size} x ${shape.channels}, ${shape.classes} classes`,
  engine: { id: report.id, library: report.library, threads: report.threads },
  baseline,
  distillers,
});

/** Of this repository's packages alone. */
function providedHere(id: string): boolean {
  return host.index.providers("distiller", id).some(({ package: name }) => name.startsWith("@kdf/plugin-"));
}
