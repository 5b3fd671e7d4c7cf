import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { StudyRecord } from "@kdf/analysis";
import { writePlugin } from "@kdf/testing";
import { afterAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { errorCode, kdf, repository, startKdf, temporaryFolder, until, type Finished } from "./kdf.js";

/** A study of the testing kit's plugins: two augmenters, one of which fails once, in the middle of its training. */
const folder = temporaryFolder();
const directory = join(folder.path, "study");
const [first, second] = ["identity", `faulty-augmenter?hook=propose&after=7&marker=${join(folder.path, "failed-once")}`];
const cell = (augmenter: string): string => join(directory, "cells", "a", augmenter.replace(/[^\w.+=-]/g, "_"), "seed-0");
afterAll(() => folder.remove());

const ids = ["boring", "faulty-augmenter"] as const;
const experiment = {
  name: "boring",
  settings: {
    plugins: ids.map((id) => writePlugin(join(folder.path, "plugins", id), id)),
    dataset: "boring",
    distiller: "kd",
    metrics: ["boring-accuracy", "loss"],
    monitor: "boring-accuracy",
    engine: "cpu",
    epochs: 2,
    batchSize: 16,
    checkpointEverySteps: 2,
    options: { "metric:t-stddev": { blockSteps: 2 } },
  },
  pairs: [{ id: "a", teacher: "boring", student: "boring" }],
  augmenters: [first, second],
  seeds: [0],
  measurement: { steps: 4 },
};

/** Writes a study that differs from the experiment in `values`. */
function write(name: string, values: Readonly<Record<string, unknown>> = {}): string {
  const file = join(folder.path, `${name}.yaml`);
  writeFileSync(file, stringify({ ...experiment, ...values }));
  return file;
}

const file = write("study");
const words = ["study", file, "--run-dir", directory, "--json"];
const recordOf = (): StudyRecord => JSON.parse(readFileSync(join(directory, "study.json"), "utf8")) as StudyRecord;
const logOf = (augmenter: string): string => readFileSync(join(cell(augmenter), "log.txt"), "utf8");
const started = ({ messages }: Finished): string[] => messages.split("\n").filter((line) => /^\d+\/4 /.test(line));

describe("a study that is killed, fails, is interrupted and goes on", () => {
  it("is killed: its process at work saves and ends", async () => {
    const running = startKdf(words);
    await until("the first cell has a checkpoint", () => existsSync(join(cell(first), "run", "checkpoints", "last", "state.json")));
    running.process.kill("SIGKILL");
    await running.finished;
    await until("its cell has ended", () => !existsSync(join(cell(first), "run", "run.lock")));
    expect(existsSync(join(cell(first), "outcome.json"))).toBe(false);
  });

  it("goes on with what is missing; a second command is refused meanwhile; what fails is told, the rest stands", async () => {
    const running = startKdf(words);
    await until("the folder is locked by it", () => readLock() === running.process.pid);
    const refused = await kdf(...words);
    expect(refused.code).toBe(2);
    expect(errorCode(refused)).toBe("KDF_STUDY_BUSY");

    const finished = await running.finished;
    expect(finished.code, finished.messages).toBe(1);
    expect(JSON.parse(finished.output)).toMatchObject({ done: 3, failed: 1, complete: false });
    expect(logOf(first)).toContain("goes on at stage distill");
    // What was measured before the kill is not measured again.
    expect(started(finished)).toHaveLength(2);
    const { cells, measurements } = recordOf();
    expect(measurements.map(({ state }) => state)).toEqual(["done", "done"]);
    expect(cells.map(({ state }) => state)).toEqual(["done", "failed"]);
    expect(cells[1]!.reason).toContain("KDF_PLUGIN_THREW");
    expect(cells[1]!.reason).toContain("a fault on purpose in propose");
  });

  it("is interrupted: its cell saves, exit 130", async () => {
    const running = startKdf(words);
    await until("the cell that failed goes on", () => logOf(second).includes("goes on at stage distill"));
    running.process.kill("SIGINT");
    const { code, output } = await running.finished;
    expect(code, output).toBe(130);
    expect(JSON.parse(output)).toMatchObject({ done: 3, stopped: 1 });
    expect(logOf(second)).toContain("Saving after this step");
    expect(recordOf().cells[1]).toMatchObject({ state: "missing", reason: expect.stringContaining("checkpoint") });
  });

  it("is complete at the end", async () => {
    const whole = await kdf(...words);
    expect(whole.code, whole.messages).toBe(0);
    expect(JSON.parse(whole.output)).toMatchObject({ done: 4, failed: 0, complete: true });
    const record = recordOf();
    for (const { epochs, final, run } of record.cells) {
      expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2]);
      expect(Object.keys(epochs[0]!.values).sort()).toEqual(
        expect.arrayContaining(["training total", "validation boring-accuracy", "validation loss"]),
      );
      const lines = readFileSync(join(directory, run!, "metrics.jsonl"), "utf8").trimEnd().split("\n");
      const test = lines.map((line) => JSON.parse(line) as Record<string, unknown>).find(({ split, checkpoint }) => split === "test" && checkpoint === "last");
      expect(final).toEqual({ "boring-accuracy": (test!["metrics"] as { accuracy: number }).accuracy, loss: (test!["metrics"] as { loss: number }).loss });
    }
    // Neither changes an image: the teacher says the same of both.
    const [one, other] = record.measurements;
    expect(one).toMatchObject({ augmenter: first, draws: 2, settings: { batchSize: 16, steps: 4, seed: 0 } });
    expect(one!.values["t-stddev"]!.value).toBeGreaterThan(0);
    expect(other!.values).toEqual(one!.values);
  });

  it("does nothing more when it is asked again", async () => {
    const outcomes = ["cells", "measurements"].flatMap((part) => deep(join(directory, part)));
    const times = outcomes.map((path) => statSync(path).mtimeMs);
    const before = readFileSync(join(directory, "study.json"), "utf8");
    const again = await kdf(...words);
    expect(again.code, again.messages).toBe(0);
    expect(started(again)).toEqual([]);
    expect(outcomes.map((path) => statSync(path).mtimeMs)).toEqual(times);
    expect(readFileSync(join(directory, "study.json"), "utf8")).toBe(before);
  });

  it("is refused with other settings for the cells that it has", async () => {
    const longer = write("longer", { settings: { ...experiment.settings, epochs: 3 } });
    const refused = await kdf("study", longer, "--run-dir", directory, "--json");
    expect(refused.code).toBe(2);
    expect(errorCode(refused)).toBe("KDF_STUDY_CHANGED");
    for (const name of ["2 of the cells", "cells/a/identity/seed-0", "epochs 2, now epochs 3"]) expect(refused.output).toContain(name);
  });
});

describe("a study of distillers", () => {
  it("trains each pair with its own augmenters, and without one where it says none", async () => {
    const base = { teacher: "boring", student: "boring" };
    const pairs = [
      { ...base, id: "hinton", augmenters: ["none", "identity"] },
      { ...base, id: "decoupled", settings: { distiller: "dkd", epochs: 1 }, augmenters: ["none"] },
    ];
    const { augmenters: _, ...rest } = experiment;
    const own = write("distillers", { ...rest, name: "distillers", augmenters: undefined, pairs });
    const place = join(folder.path, "distillers");
    const finished = await kdf("study", own, "--run-dir", place, "--json");
    expect(finished.code, finished.messages + finished.output).toBe(0);
    const record = JSON.parse(readFileSync(join(place, "study.json"), "utf8")) as StudyRecord;
    expect(record.measurements.map(({ pair, augmenter }) => `${pair} ${augmenter}`)).toEqual(["hinton identity"]);
    const trained = record.cells.map(({ pair, augmenter, run, epochs, seconds }) => {
      const lines = readFileSync(join(place, run!, "metrics.jsonl"), "utf8").trimEnd().split("\n").map((line) => JSON.parse(line) as { type: string; terms?: object });
      expect(seconds).toBeGreaterThan(0);
      return [pair, augmenter, epochs.length, Object.keys(lines.find(({ type }) => type === "step")!.terms!)];
    });
    expect(trained).toEqual([
      ["hinton", "none", 2, ["crossEntropy.original", "divergence.original"]],
      ["hinton", "identity", 2, ["crossEntropy.original", "divergence.original", "divergence.augmented"]],
      ["decoupled", "none", 1, expect.arrayContaining(["crossEntropy.original"])],
    ]);
  });
});

describe("the study of the guide", () => {
  it("names nothing that is not there", async () => {
    const guide = readFileSync(join(repository, "docs/guides/run-a-study.md"), "utf8");
    const study = parse(/```yaml\n(.*?)```/s.exec(guide)![1]!) as typeof experiment;
    const file = write("guide", { ...study, augmenters: [...study.augmenters, "not-there"] });
    const refused = await kdf("study", file, "--dry-run", "--json");
    // A problem that it does not have is told alone: there is no other. Nothing is tried out.
    expect(problemsOf(refused)).toEqual([expect.stringContaining("No installed plugin provides the augmenter not-there")]);
  });
});

describe("a study that cannot be run", () => {
  const nowhere = join(folder.path, "nowhere");
  const refuse = async (values: Readonly<Record<string, unknown>>): Promise<string> => {
    const refused = await kdf("study", write("wrong", values), "--run-dir", nowhere, "--json");
    expect(refused.code).toBe(2);
    expect(existsSync(nowhere)).toBe(false);
    return refused.output;
  };

  it("is told all that is wrong, at once", async () => {
    const { epochs: _, ...settings } = experiment.settings;
    const told = await refuse({
      settings: { ...settings, dataset: "boringg", metrics: ["boring-accuracy"], plugins: [...settings.plugins, "./not-there", "not-installed"] },
      pairs: [
        { id: "a", teacher: "./gone.safetensors", student: "boring" },
        { id: "b", teacher: { train: { network: "borin" } }, student: "boring" },
      ],
      augmenters: ["identity", "cutmx", "cutmixpick?poolFactr=3"],
    });
    for (const problem of [
      "not-there",
      "not-installed",
      "Did you mean boring?",
      "loss is missing",
      "gone.safetensors",
      "the network borin",
      "Did you mean cutmix?",
      "did you mean poolFactor?",
      "epochs: missing",
    ]) {
      expect(told).toContain(problem);
    }
  });

  it("is refused where a trial of its steps fails, tells the same reason once, and leaves nothing", async () => {
    const told = await refuse({ pairs: ["a", "b"].map((id) => ({ id, teacher: "boring", student: "boring" })), augmenters: ["faulty-augmenter?hook=propose"] });
    const { error } = JSON.parse(told) as { error: { code: string; happened: string } };
    expect(error.code).toBe("KDF_STUDY_INVALID");
    expect(error.happened.split("a fault on purpose in propose")).toHaveLength(2);
    expect(error.happened).toContain("a, faulty-augmenter?hook=propose, seed 0; b, faulty-augmenter?hook=propose, seed 0: ");
  });
});

function problemsOf({ output }: Finished): string[] {
  const { error } = JSON.parse(output) as { error: { code: string; happened: string } };
  expect(error.code).toBe("KDF_STUDY_INVALID");
  const lines = error.happened.split("\n");
  return lines.length === 1 ? lines : lines.slice(1);
}

function readLock(): number | undefined {
  try {
    return (JSON.parse(readFileSync(join(directory, "study.lock"), "utf8")) as { process: number }).process;
  } catch {
    return undefined;
  }
}

function deep(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : []));
}
