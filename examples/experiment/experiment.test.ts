import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { configurationSchema, type Configuration } from "@kdf/core";
import { composeHost } from "@kdf/host";
import { writePlugin } from "@kdf/testing";
import { afterAll, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { experiment, run } from "./experiment.js";

const start = promisify(execFile);
const here = import.meta.dirname;
const file = join(here, "kdf.config.yaml");
const spelledOut = parse(readFileSync(file, "utf8")) as Configuration;
const folder = mkdtempSync(join(tmpdir(), "kdf-experiment-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const kdf = (...parameters: string[]) => start(process.execPath, [join(here, "../../packages/cli/bin/kdf.js"), ...parameters], { cwd: here });

it("compiles against what the packages declare", async () => {
  const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const compiled = start(process.execPath, [compiler, "-p", here]).catch((error: { stdout: string }) => error);
  expect((await compiled).stdout).toBe("");
});

it("the file names every setting, and what it says of defaults is true", () => {
  expect(Object.keys(spelledOut).sort()).toEqual(Object.keys(configurationSchema.shape).sort());
  const { dataset, teacher, student, distiller, engine, epochs, batchSize, plugins, metrics, options } = spelledOut;
  expect(configurationSchema.parse({ dataset, teacher, student, distiller, engine, epochs, batchSize, plugins, metrics, options })).toEqual(spelledOut);
});

it("the file names every option of what it uses that has a default", async () => {
  const host = await composeHost({ directory: here, logger: { info: () => {}, warn: () => {} }, file });
  const { dataset, teacher, student, distiller, engine } = spelledOut;
  const used = [["dataset", dataset], ["teacher", teacher!], ["network", student], ["distiller", distiller], ["engine", engine]] as const;
  const more = [["augmenter", "cutout"], ["augmenter", "cutmixpick"], ...spelledOut.metrics.map((id) => ["metric", id] as const)] as const;
  let compared = 0;
  for (const [kind, id] of [...used, ...more]) {
    const { options } = (await host.registry.load(kind, id)).definition as unknown as { options: { parse(value: unknown): Record<string, unknown> } };
    const { servers: _, ...defaults } = options.parse({});
    expect(Object.keys(spelledOut.options[id] ?? {}), id).toEqual(expect.arrayContaining(Object.keys(defaults)));
    compared += Object.keys(defaults).length;
  }
  expect(compared).toBeGreaterThan(10);
});

it("the README's comparison is that of the result file", () => {
  const { rank, runs } = JSON.parse(readFileSync(join(here, "results/comparison.json"), "utf8")) as {
    rank: { rows: { augmenter: string; tStddev: number }[] };
    runs: { augmenter: string; loss: number; top1: number }[];
  };
  const readme = readFileSync(join(here, "README.md"), "utf8");
  const shown = readme.slice(readme.indexOf("|---|"), readme.indexOf("<!-- /comparison -->")).trim().split("\n").slice(1);
  const expected = rank.rows.map(({ augmenter, tStddev }) => {
    const own = runs.filter((one) => one.augmenter === augmenter);
    const losses = own.map(({ loss }) => loss);
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const spread = [Math.min(...losses), Math.max(...losses)].map((loss) => loss.toFixed(3)).join(" to ");
    expect(own).toHaveLength(3);
    return `| ${augmenter} | ${tStddev.toFixed(5)} | ${mean(losses).toFixed(3)} (${spread}) | ${(100 * mean(own.map(({ top1 }) => top1))).toFixed(1)} % |`;
  });
  expect(shown).toEqual(expected);
});

it("is a run that the command accepts", async () => {
  const { stdout } = await kdf("train", "--config", "kdf.config.yaml", "--dry-run", "--json");
  expect(JSON.parse(stdout)).toHaveProperty("dryRun");
});

it("is the same experiment by API: the same weights, on small data", async () => {
  const plugin = writePlugin(join(folder, "boring"), "boring");
  const small = { dataset: "boring", teacher: "boring", student: "boring", metrics: ["top-1", "loss"], engine: "cpu", epochs: 2 };
  const config = join(folder, "small.yaml");
  writeFileSync(config, stringify({ ...spelledOut, ...small, plugins: [plugin, ...spelledOut.plugins] }));
  const [byCommand, byInterface] = [join(folder, "command"), join(folder, "interface")];
  await kdf("train", "--config", config, "--run-dir", byCommand);
  const outcome = await run({ ...experiment, ...small, plugins: [plugin, ...experiment.plugins] }, byInterface, () => {});
  expect(outcome.status).toBe("finished");

  const weights = (directory: string): Buffer => {
    const last = join(directory, "checkpoints/last");
    return readFileSync(join(last, readdirSync(last).find((name) => name.startsWith("student"))!));
  };
  expect(weights(byInterface).equals(weights(byCommand))).toBe(true);
});
