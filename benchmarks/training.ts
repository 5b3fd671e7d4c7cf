// Whole training steps by kdf's own loop (data, crop and flip, augmentation, teacher, student, metrics, log), as a worker of
// pytorch.ts: `step`, and of it `own`, what the models do not take. Parameters: teacher, student, engine, threads, the teacher's runtime or "engine", augmenter.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { augmenterChain, packageVersions } from "@kdf/host";
import { startTraining } from "@kdf/trainer";
import { composeExperiment } from "./lib/experiment.js";
import { engineTime } from "./lib/engine-time.js";
import { say, Turns } from "./lib/turns.js";

const [teacher = "", student = "", engine = "", threads = "2", runtime = "engine", augmenter = "cutmixpick"] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "kdf-training-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const { host, report } = await composeExperiment(
  { teacher, student, engine, threads: Number(threads), plugins: [augmenter], steps: 300, ...(runtime !== "engine" && { teacherEngine: runtime }) },
  folder,
);
const turns = new Turns(4, engineTime(host.registry));
let first = true;
// The run's log is awaited after each step: where a run can be held without changing it.
const tracker = {
  start: () => undefined,
  end: () => undefined,
  log: async (line: { readonly type: string }): Promise<void> => {
    if (line.type !== "step") return;
    if (first) say({ engine: report.id, library: report.library, threads: report.threads, runtime });
    first = false;
    await turns.pause();
  },
};
const { registry } = host;
const create = registry.create.bind(registry) as (kind: string, id: string, options?: unknown) => Promise<unknown>;
Object.assign(registry, { create: (kind: string, id: string, options?: unknown) => (kind === "tracker" ? Promise.resolve(tracker) : create(kind, id, options)) });

await startTraining(
  {
    container: host.container,
    configuration: { ...host.configuration.complete(), trackers: ["benchmark"] },
    augmenterIds: augmenterChain(host.configuration.plugins, host.index),
    origin: () => ({ command: ["training.ts"], plugins: [], versions: packageVersions() }),
  },
  join(folder, "run"),
);
