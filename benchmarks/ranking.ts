// T. stddev of one augmenter, or of several with the original views shared, by `rank` of kdf's trainer, as a worker of
// pytorch.ts. Parameters: teacher, engine, threads, the teacher's runtime or "engine", augmenters, draws.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { rank } from "@kdf/trainer";
import { composeExperiment } from "./lib/experiment.js";
import { say } from "./lib/turns.js";

const [teacher = "", engine = "", threads = "2", runtime = "engine", names = "", draws = "20"] = process.argv.slice(2);
const augmenters = names.split(",");
const folder = mkdtempSync(join(tmpdir(), "kdf-ranking-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const { host, report } = await composeExperiment(
  { teacher, student: "resnet8", engine, threads: Number(threads), plugins: augmenters, steps: 20, ...(runtime !== "engine" && { teacherEngine: runtime, teacherThreads: Number(threads) }) },
  folder,
);
const { teacher: file, ...configuration } = host.configuration.complete();
/** Five batches make a draw. One more draw comes first, which is not counted: models are opened and buffers made. */
const measure = async (count: number): Promise<number> => {
  let started = 0;
  const onProgress = (done: number): void => void (done === 5 && (started = performance.now()));
  await rank({ container: host.container, configuration: { ...configuration, teacher: file! }, augmenters, steps: 5 * (count + 1), onProgress });
  return performance.now() - started;
};
say({ engine: report.id, library: report.library, threads: report.threads, runtime });
for await (const _ of createInterface({ input: process.stdin })) say({ rank: await measure(Number(draws)) });
process.exit(0);
