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
  { teacher, student: "resnet8", engine, threads: Number(threads), plugins: augmenters, ...(runtime !== "engine" && { teacherEngine: runtime }) },
  folder,
);
const { teacher: file, ...configuration } = host.configuration.complete();
/** Five batches make a draw. */
const measure = async (count: number): Promise<number> => {
  const started = performance.now();
  await rank({ container: host.container, configuration: { ...configuration, teacher: file! }, augmenters, steps: 5 * count });
  return performance.now() - started;
};
await measure(1);
say({ engine: report.id, library: report.library, threads: report.threads, runtime });
for await (const _ of createInterface({ input: process.stdin })) say({ rank: await measure(Number(draws)) });
process.exit(0);
