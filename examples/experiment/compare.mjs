/**
 * T. stddev of augmenters, with the teacher alone, beside the test loss of the students that they train: writes
 * results/comparison.json. Each run is as `kdf train` has it by default, but for the augmenter and the seed. What is
 * there already is not run again. Takes about a minute a run: npm run compare -- --seeds 3
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { seeds: { type: "string", default: "3" }, steps: { type: "string", default: "100" } } });
const entries = ["identity", "crop-flip", "cutout", "mixup", "cutmix", "quarters", "cutmixpick", "cutmixpick?base=quarters"];
const file = join(import.meta.dirname, "results", "comparison.json");
const kdf = (parameters) =>
  JSON.parse(execFileSync("npx", ["kdf", ...parameters, "--json"], { cwd: import.meta.dirname, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }));

const rankCommand = ["rank", "--augmenters", entries.join(","), "--steps", values.steps];
const results = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { rank: undefined, runs: [] };
const save = () => writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);

if (results.rank === undefined) {
  const { rows, batchSize } = kdf(rankCommand);
  results.rank = {
    command: `kdf ${rankCommand.join(" ")}`,
    batchSize,
    rows: rows.map(({ augmenter, results }) => ({ augmenter, tStddev: results.tStddev, draws: results.draws })),
  };
  save();
}

for (let seed = 0; seed < Number(values.seeds); seed++) {
  for (const augmenter of entries) {
    if (results.runs.some((run) => run.augmenter === augmenter && run.seed === seed)) continue;
    const [id, ...options] = augmenter.split(/[?&]/);
    const command = ["train", "--plugin", id, ...options.flatMap((option) => ["--set", `${id}.${option}`]), "--seed", String(seed)];
    const folder = mkdtempSync(join(tmpdir(), "kdf-comparison-"));
    try {
      const run = join(folder, "run");
      const { test } = kdf([...command, "--run-dir", run]);
      const { engine, startedAt, versions } = JSON.parse(readFileSync(join(run, "run.json"), "utf8"));
      const { top1, loss } = test.last;
      results.runs.push({ augmenter, seed, command: `kdf ${command.join(" ")}`, top1, loss, date: startedAt, engine: engine.id, threads: engine.threads, node: versions.node });
      save();
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
}
