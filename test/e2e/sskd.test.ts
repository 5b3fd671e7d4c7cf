import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ForwardOptions, Metric, Model, Network, Plugin, TeacherModel, TensorLike } from "@kdf/core";
import sskd from "@kdf/plugin-sskd";
import { createStreams, tensorCount } from "@kdf/tensor";
import { BoringNetwork, pluginOf } from "@kdf/testing";
import { afterAll, describe, expect, it } from "vitest";
import { resume, start, type Experiment } from "./in-process.js";
import { temporaryFolder } from "./kdf.js";

/** A distiller whose first stage forwards the teacher alone: what each stage forwards, and where a run goes on. */
const folder = temporaryFolder();
afterAll(() => folder.remove());

/** 96 images in batches of 16. */
const steps = 6;

interface Pass {
  readonly model: "teacher" | "student";
  readonly rows: number;
  readonly training: boolean;
  readonly normGroups: readonly number[] | undefined;
}

interface Watched {
  /** Passes in training, and `step` at the end of each step, by stage. */
  readonly stages: Record<string, (Pass | "step")[]>;
  observed: number;
}

/** Of the network's size, never trained. */
function teacherOf(tell: (pass: Pass) => void): TeacherModel {
  const model = new BoringNetwork({ width: 5 }).build(
    { input: { size: 12, channels: 1, mean: [0.4], std: [0.25] }, classes: 3 },
    createStreams(9).at("teacher"),
  );
  return {
    description: model.description,
    provenance: {},
    forward(images: TensorLike, { taps }) {
      tell({ model: "teacher", rows: images.shape[0]!, training: false, normGroups: undefined });
      return model.forward(images, { training: false, taps });
    },
    dispose: () => model.dispose(),
  };
}

function networkOf(tell: (pass: Pass) => void): Network {
  return {
    build(shape, stream): Model {
      const model = new BoringNetwork({ width: 4 }).build(shape, stream);
      return {
        description: model.description,
        parameters: () => model.parameters(),
        forward(images: TensorLike, options: ForwardOptions) {
          tell({ model: "student", rows: images.shape[0]!, training: options.training, normGroups: options.normGroups });
          return model.forward(images, options);
        },
        dispose: () => model.dispose(),
      };
    },
  };
}

function experiment(): Watched & { readonly run: Experiment } {
  const watched: Watched = { stages: {}, observed: 0 };
  let passes: Pass[] = [];
  const tell = (pass: Pass): void => void passes.push(pass);
  const observing: Metric = {
    phases: ["training"],
    span: "run",
    primary: { key: "observed", better: "higher" },
    reads: ["teacher"],
    observe: () => void (watched.observed += 1),
    result: () => ({ observed: 1 }),
    save: () => null,
    restore: () => {},
  };
  const parts = pluginOf("parts", {
    teacher: { pooling: () => ({ open: async () => teacherOf(tell) }) },
    network: { counted: () => networkOf(tell) },
    metric: { observing: () => observing },
  });
  const run: Experiment = {
    plugins: [parts, sskd] as readonly Plugin[],
    values: {
      distiller: "sskd", teacher: "pooling", student: "counted", metrics: ["boring-accuracy", "observing"],
      epochs: 1, validation: { fraction: 0 }, recordPlans: true,
    },
    observer: {
      stepDone({ stage }) {
        (watched.stages[stage] ??= []).push(...passes, "step");
        passes = [];
      },
    },
  };
  return Object.assign(watched, { run });
}

function reached(run: string): { readonly files: readonly Buffer[]; readonly lines: readonly object[] } {
  const last = join(run, "checkpoints/last");
  const files = readdirSync(last).filter((name) => name.endsWith(".safetensors")).sort();
  const lines = readFileSync(join(run, "metrics.jsonl"), "utf8").trimEnd().split("\n");
  return {
    files: files.map((file) => readFileSync(join(last, file))),
    lines: lines.map((line) => ({ ...(JSON.parse(line) as object), imagesPerSecond: 0 })),
  };
}

/** Goes until a step of a stage is done. */
function untilStep(stage: string, step: number): Experiment {
  const { run } = experiment();
  const controller = new AbortController();
  return { ...run, signal: controller.signal, observer: { stepDone: (done) => done.stage === stage && done.step === step && controller.abort() } };
}

describe("sskd", () => {
  const whole = join(folder.path, "whole");

  it("forwards the teacher alone in its first stage, and in its second all four turns as one batch for the batch norms", async () => {
    const watched = experiment();
    const before = tensorCount();
    await start(watched.run, whole);
    expect(tensorCount()).toBe(before);
    const teacher = [16, 48].map((rows): Pass => ({ model: "teacher", rows, training: false, normGroups: undefined }));
    const student: Pass = { model: "student", rows: 64, training: true, normGroups: [64] };
    expect(watched.stages["head"]).toEqual(Array.from({ length: steps }, () => [...teacher, "step"]).flat());
    expect(watched.stages["distill"]).toEqual(Array.from({ length: steps }, () => [...teacher, student, "step"]).flat());
    // Metrics are shown the stage that trains the student.
    expect(watched.observed).toBe(steps);
  });

  it("tells the view which images the loader mirrored", () => {
    const plans = reached(whole).lines.flatMap((line) => ("plans" in line ? [line.plans as Record<string, { flipped: boolean[] }>] : []));
    expect(plans).toHaveLength(2 * steps);
    const flips = plans.flatMap((plan) => plan["view:rotated"]!.flipped);
    expect(flips).toHaveLength(2 * steps * 16);
    // Chance 1/2: fewer than a quarter of 192 is seven standard deviations away.
    expect(flips.filter(Boolean).length).toBeGreaterThan(48);
    expect(flips.filter((flip) => !flip).length).toBeGreaterThan(48);
  });

  it.each([["head", 2], ["distill", 3], ["head", steps]])("goes on to the same bits from the middle of the stage %s, step %i", async (stage, step) => {
    const directory = join(folder.path, `${stage}-${step}`);
    await start(untilStep(stage, step), directory);
    expect(reached(directory).files).not.toEqual(reached(whole).files);
    await resume(experiment().run, directory);
    expect(reached(directory)).toEqual(reached(whole));
  });
});
