import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { configurationSchema, metricsLineSchema, runRecordSchema, type Dataset, type ImageSource, type MetricsLine, type Plugin, type Split } from "@kdf/core";
import { createRoot } from "@kdf/core/di";
import { tokens } from "@kdf/core/tokens";
import { decodeSafetensors } from "@kdf/nn";
import cpu from "@kdf/plugin-cpu";
import cutmix from "@kdf/plugin-cutmix";
import cutmixpick from "@kdf/plugin-cutmixpick";
import kd from "@kdf/plugin-kd";
import tStddev from "@kdf/plugin-t-stddev";
import { tensorCount } from "@kdf/tensor";
import { BoringAccuracy, BoringDataset, boringDatasetOptions, MemoryRegistry, pluginOf, RecordingLogger, testPlugins } from "@kdf/testing";
import { startTraining, type TrainingObserver } from "@kdf/trainer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { boringExperiment, kdf, temporaryFolder, type Finished } from "./kdf.js";

/** What `kdf train` leaves behind and says, on the testing kit's plugins. */
const folder = temporaryFolder();
afterAll(() => folder.remove());

const epochs = 5;
const experiment = boringExperiment(folder.path, { distiller: "kd", metrics: ["boring-accuracy", "t-stddev"], epochs });
const train = (name: string, ...parameters: string[]): Promise<Finished> =>
  kdf("train", ...experiment, ...parameters, "--run-dir", join(folder.path, name));

interface State {
  readonly globalStep: number;
  readonly epoch: number;
  readonly best: { readonly epoch: number; readonly globalStep: number; readonly value: number };
  readonly files: { readonly student: string; readonly training: string };
}

const stateOf = (run: string, checkpoint: string): State =>
  JSON.parse(readFileSync(join(run, "checkpoints", checkpoint, "state.json"), "utf8")) as State;
const weightsOf = (run: string): Buffer => readFileSync(join(run, "checkpoints", "last", stateOf(run, "last").files.student));
const linesOf = (run: string): MetricsLine[] =>
  readFileSync(join(run, "metrics.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => metricsLineSchema.parse(JSON.parse(line)));
const isTest = (line: MetricsLine): boolean => line.type === "evaluation" && line.split === "test";

describe("a run", () => {
  const run = join(folder.path, "run");
  let finished: Finished;
  let lines: MetricsLine[];

  beforeAll(async () => {
    finished = await train("run", "--plugin", "cutmixpick", "--json");
    expect(finished.code, finished.messages).toBe(0);
    lines = linesOf(run);
  }, 120_000);

  it("prints one JSON object with the test results", () => {
    expect(finished.output).toMatch(/^\{.*\}\n$/);
    const printed = JSON.parse(finished.output) as Record<string, unknown>;
    expect(printed).toMatchObject({ status: "finished", directory: run });
    const at = (role: string, checkpoint?: string): unknown =>
      lines.flatMap((line) =>
        line.type === "evaluation" && isTest(line) && line.role === role && line.checkpoint === checkpoint ? [line.metrics] : [],
      )[0];
    const { last, best, teacher } = printed["test"] as Record<string, Record<string, unknown>>;
    expect(last).toEqual(at("student", "last"));
    expect(teacher).toEqual(at("teacher"));
    expect(best).toMatchObject({ accuracy: expect.any(Number), epoch: stateOf(run, "last").best.epoch });
  });

  it("leaves these files and no others", () => {
    expect(readdirSync(run).sort()).toEqual(["checkpoints", "config.yaml", "metrics.csv", "metrics.jsonl", "report.html", "run.json"]);
    expect(readdirSync(join(run, "checkpoints")).sort()).toEqual(["best", "last"]);
    for (const name of ["best", "last"]) {
      const { files } = stateOf(run, name);
      const checkpoint = join(run, "checkpoints", name);
      expect(readdirSync(checkpoint).sort()).toEqual(["state.json", files.student, files.training].sort());
      const { tensors, metadata } = decodeSafetensors(readFileSync(join(checkpoint, files.student)), files.student);
      expect([...tensors.keys()].sort()).toEqual(
        ["conv.weight", "fc.bias", "fc.weight", "norm.bias", "norm.num_batches_tracked", "norm.running_mean", "norm.running_var", "norm.weight"],
      );
      expect(metadata["network"]).toBe("boring");
    }
  });

  it("records what made it", () => {
    const record = runRecordSchema.parse(JSON.parse(readFileSync(join(run, "run.json"), "utf8")));
    expect(record.plugins.map((plugin) => plugin.id)).toEqual(expect.arrayContaining(["boring", "kd", "cutmix", "cutmixpick", "cpu", "t-stddev"]));
    for (const { hash } of record.plugins) expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(record.options["augmenter:cutmixpick"]).toMatchObject({ poolFactor: 2, criterion: "teacher-entropy" });
    expect(record.engine).toMatchObject({ id: "cpu", threads: 1 });
    expect(record.split.training + record.split.validation).toBe(96);
    expect(record.split.test).toBe(48);
    const configuration = parse(readFileSync(join(run, "config.yaml"), "utf8")) as unknown;
    expect(configurationSchema.parse(configuration)).toEqual(record.configuration);
  });

  it("logs every step, every epoch and every evaluation", () => {
    const { training } = runRecordSchema.parse(JSON.parse(readFileSync(join(run, "run.json"), "utf8"))).split;
    const steps = lines.filter((line) => line.type === "step");
    expect(steps.map((line) => line.globalStep)).toEqual(Array.from({ length: epochs * Math.ceil(training / 16) }, (_, step) => step + 1));
    for (const { total, terms } of steps) {
      expect(Object.keys(terms).sort()).toEqual(["crossEntropy.original", "divergence.augmented", "divergence.original"]);
      const sum = 0.1 * terms["crossEntropy.original"]! + 0.9 * (terms["divergence.original"]! + terms["divergence.augmented"]!);
      expect(total).toBeCloseTo(sum, 4);
    }
    expect(lines.filter((line) => line.type === "training")).toHaveLength(epochs);
    const table = readFileSync(join(run, "metrics.csv"), "utf8").trimEnd().split("\n");
    expect(table[0]!.split(",").slice(0, 4)).toEqual(["type", "stage", "epoch", "globalStep"]);
    expect(table).toHaveLength(1 + lines.length - steps.length);
  });

  it("chooses the best on validation alone, and sees the test images only at the end", () => {
    const validation = lines.filter((line) => line.type === "evaluation" && line.split === "validation");
    expect(validation).toHaveLength(epochs);
    const values = validation.map((line) => line.type === "evaluation" ? (line.metrics["accuracy"] as number) : NaN);
    const first = values.indexOf(Math.max(...values));
    const { best } = stateOf(run, "last");
    expect(best).toEqual({ value: values[first], stage: "distill", epoch: first, globalStep: validation[first]!.globalStep });
    expect(stateOf(run, "best").globalStep).toBe(best.globalStep);
    const firstTest = lines.findIndex(isTest);
    expect(firstTest).toBeGreaterThan(0);
    expect(lines.slice(firstTest).every(isTest)).toBe(true);
  });

  it("tells its progress in plain lines where there is no terminal", () => {
    const steps = finished.messages.split("\n").filter((line) => line.includes("images/s"));
    expect(finished.messages).toContain(`run ${run}`);
    expect(steps[0]).toMatch(/^epoch 1\/5 {2}step \d+\/\d+ {2}[\d,.]+ images\/s {2}ETA .*total .*crossEntropy\.original .*divergence\.augmented /);
    expect(finished.messages).toMatch(/^epoch 5\/5 done: validation accuracy /m);
    expect(finished.messages).not.toMatch(/[\u001B\r]/);
  });

  it("is made again, to the same bytes, by its config.yaml", async () => {
    const again = join(folder.path, "again");
    const { code, messages } = await kdf("train", "--config", join(run, "config.yaml"), "--run-dir", again);
    expect(code, messages).toBe(0);
    expect(weightsOf(again).equals(weightsOf(run))).toBe(true);
  });

  it.each([1, 2])("has the same bytes with %i workers", async (workers) => {
    const name = `workers-${workers}`;
    const { code, messages } = await train(name, "--plugin", "cutmixpick", "--set", `workers=${workers}`);
    expect(code, messages).toBe(0);
    expect(weightsOf(join(folder.path, name)).equals(weightsOf(run))).toBe(true);
    const terms = (directory: string) => linesOf(directory).map((line) => (line.type === "step" ? [line.total, line.terms] : line));
    expect(terms(join(folder.path, name))).toEqual(terms(run));
  });

  it("ends, for people, with a table, the run's place and what to try next", async () => {
    const { code, output } = await train("people", "--plugin", "cutmixpick", "--epochs", "1", "--seed", "7");
    expect(code).toBe(0);
    expect(output).toMatch(/^student, last epoch +\d/m);
    expect(output).toMatch(/^student, best on validation \(epoch 1\) +\d/m);
    expect(output).toMatch(/^teacher +\d/m);
    expect(output).toContain(`run:  ${join(folder.path, "people")}`);
    expect(output).toMatch(/^next: npx kdf /m);
    expect(output.split("\n").filter((line) => line.length > 80 && !line.includes(folder.path))).toEqual([]);
    expect(weightsOf(join(folder.path, "people")).equals(weightsOf(run))).toBe(false);
  });
});

describe("a dry run", () => {
  it("takes steps and writes nothing", async () => {
    const before = readdirSync(folder.path, { recursive: true }).sort();
    const { code, output, messages } = await train("dry", "--dry-run", "--json");
    expect(code, messages).toBe(0);
    expect(output).toMatch(/^\{.*\}\n$/);
    const { dryRun } = JSON.parse(output) as { dryRun: { stages: { epochs: number; steps: number }[]; terms: object } };
    expect(dryRun.stages).toHaveLength(1);
    expect(dryRun.stages[0]!.epochs).toBe(epochs);
    expect(Object.keys(dryRun.terms).sort()).toEqual(["crossEntropy.original", "divergence.original"]);
    expect(existsSync(join(folder.path, "dry"))).toBe(false);
    expect(readdirSync(folder.path, { recursive: true }).sort()).toEqual(before);
  });
});

describe("in one process", () => {
  /** Counts the images of the test split that were read. */
  class Watched extends BoringDataset {
    testImages = 0;

    override async open(split: Split): Promise<ImageSource> {
      const source = await super.open(split);
      if (split === "training") return source;
      const read: ImageSource["read"] = (rows) => {
        this.testImages += rows.length;
        return source.read(rows);
      };
      return { ...source, read };
    }
  }

  it("a long run keeps its number of tensors, and reads no test image before its last epoch is done", async () => {
    const dataset = new Watched(boringDatasetOptions.parse({ training: 560 }));
    const parts = pluginOf("parts", {
      dataset: { watched: (): Dataset => dataset },
      metric: { accuracy: () => new BoringAccuracy() },
    });
    const logger = new RecordingLogger();
    const registry = new MemoryRegistry([parts, testPlugins.boring, kd, cutmix, cutmixpick, tStddev, cpu] as readonly Plugin[], { logger });
    const container = createRoot().provide(tokens.logger, logger).provide(tokens.registry, registry);
    const configuration = configurationSchema.parse({
      dataset: "watched",
      teacher: "boring",
      student: "boring",
      distiller: "kd",
      metrics: ["accuracy", "t-stddev"],
      monitor: "accuracy",
      engine: "cpu",
      epochs: 10,
      batchSize: 16,
      checkpointEverySteps: 50,
    });
    const directory = join(folder.path, "long");
    const counts: number[] = [];
    const testImages: number[] = [];
    const observer: TrainingObserver = {
      stepDone: () => void counts.push(tensorCount()),
      epochDone: () => void testImages.push(dataset.testImages),
    };
    const before = tensorCount();
    const origin = () => ({ directory, command: ["test"], plugins: [], versions: {} });
    const outcome = await startTraining({ container, configuration, augmenterIds: ["cutmixpick"], origin, observer }, directory);
    expect(outcome.status).toBe("finished");
    expect(counts.length).toBeGreaterThan(300);
    expect(new Set(counts.slice(1)).size).toBe(1);
    expect(tensorCount()).toBe(before);
    expect(testImages).toEqual(Array<number>(10).fill(0));
    expect(dataset.testImages).toBeGreaterThanOrEqual(48);
  }, 300_000);
});
