import { join } from "node:path";
import { configurationSchema, type Metric, type ModelOutputs, type Plugin, type StepObservation, type TeacherModel, type TensorLike } from "@kdf/core";
import { createRoot } from "@kdf/core/di";
import { tokens } from "@kdf/core/tokens";
import cpu from "@kdf/plugin-cpu";
import cutmix from "@kdf/plugin-cutmix";
import cutmixpick from "@kdf/plugin-cutmixpick";
import identity from "@kdf/plugin-identity";
import kd from "@kdf/plugin-kd";
import { floats, read } from "@kdf/tensor";
import { BoringAccuracy, BoringDataset, BoringNetwork, BoringTeacher, boringDatasetOptions, boringNetworkOptions, boringTeacherOptions, CountingTeacher, MemoryRegistry, pluginOf, RecordingLogger } from "@kdf/testing";
import { startTraining } from "@kdf/trainer";
import { afterAll, describe, expect, it } from "vitest";
import { temporaryFolder } from "./kdf.js";

/** What picking costs in a real training step, and that what was picked is what the losses see. */
const folder = temporaryFolder();
afterAll(() => folder.remove());

const batchSize = 16;
/** Of 96 images none is held back: six whole batches. */
const steps = 6;
const imageSize = 12 * 12;

/** Keeps the images and the logits of every pass beside the count. */
class RecordingTeacher extends CountingTeacher {
  readonly seen: { readonly images: Float32Array; readonly logits: Float32Array }[] = [];

  override async forward(images: TensorLike, options: { readonly taps: readonly string[] }): Promise<ModelOutputs> {
    const outputs = await super.forward(images, options);
    this.seen.push({ images: Float32Array.from(await read(images)), logits: Float32Array.from(await read(outputs.logits)) });
    return outputs;
  }
}

/** Copies what the metrics are shown of every training step. */
class Watching implements Metric {
  readonly phases = ["training"] as const;
  readonly span = "run";
  readonly primary = { key: "seen", better: "higher" } as const;
  readonly reads = ["teacher", "student"] as const;
  readonly #seen: StepObservation[];

  constructor(seen: StepObservation[]) {
    this.#seen = seen;
  }

  observe(step: StepObservation): void {
    if (step.views["augmented"] !== undefined) this.#seen.push(structuredClone(step));
  }

  result(): { readonly seen: number } {
    return { seen: 1 };
  }

  save(): null {
    return null;
  }

  restore(): void {}
}

let runs = 0;

async function train(options: Readonly<Record<string, unknown>>, augmenter = "cutmixpick"): Promise<{ teacher: RecordingTeacher; observed: StepObservation[] }> {
  const inner: TeacherModel = await new BoringTeacher(boringTeacherOptions.parse({})).open();
  const teacher = new RecordingTeacher(inner);
  const observed: StepObservation[] = [];
  const parts = pluginOf("parts", {
    dataset: { boring: () => new BoringDataset(boringDatasetOptions.parse({})) },
    network: { boring: () => new BoringNetwork(boringNetworkOptions.parse({})) },
    teacher: { counting: () => ({ open: () => Promise.resolve(teacher) }) },
    metric: { watching: () => new Watching(observed), "boring-accuracy": () => new BoringAccuracy() },
  });
  const logger = new RecordingLogger();
  const registry = new MemoryRegistry([parts, kd, cutmix, cutmixpick, identity, cpu] as readonly Plugin[], { logger, options: { cutmixpick: options } });
  const container = createRoot().provide(tokens.logger, logger).provide(tokens.registry, registry);
  const configuration = configurationSchema.parse({
    dataset: "boring",
    teacher: "counting",
    student: "boring",
    distiller: "kd",
    metrics: ["watching", "boring-accuracy"],
    monitor: "boring-accuracy",
    engine: "cpu",
    epochs: 1,
    batchSize,
    validation: { fraction: 0 },
  });
  const directory = join(folder.path, `run-${++runs}`);
  const origin = () => ({ command: ["test"], plugins: [], versions: {} });
  await startTraining({ container, configuration, augmenterIds: [augmenter], origin }, directory);
  return { teacher, observed };
}

/** Passes in training: what comes behind is the evaluation on the test images. */
const trainingPasses = (teacher: RecordingTeacher, perStep: number): readonly number[] => teacher.passes.slice(0, perStep * steps);

describe("a step with cutmixpick", () => {
  it("by teacher entropy asks the teacher for 3B rows: the batch and the pool, never the picked rows again", async () => {
    const { teacher, observed } = await train({});
    expect(observed).toHaveLength(steps);
    expect(trainingPasses(teacher, 2)).toEqual(Array.from({ length: steps }, () => [batchSize, 2 * batchSize]).flat());
    // The only other pass is the evaluation of the 48 test images.
    expect(teacher.rows).toBe(3 * batchSize * steps + 48);
  });

  it("hands on the logits of the picked images: a fresh pass over them gives the same", async () => {
    const { teacher, observed } = await train({});
    const fresh = await new BoringTeacher(boringTeacherOptions.parse({})).open();
    let moved = 0;
    for (const [step, { views }] of observed.entries()) {
      const pool = teacher.seen[2 * step + 1]!;
      const poolEntropy = Array.from({ length: 2 * batchSize }, (_, row) => entropyOf(pool.logits.subarray(3 * row, 3 * row + 3)));
      const best = poolEntropy.map((_, row) => row).sort((a, b) => poolEntropy[b]! - poolEntropy[a]!).slice(0, batchSize);
      const images = floats(Float32Array.from(best.flatMap((row) => [...pool.images.subarray(row * imageSize, (row + 1) * imageSize)])), [batchSize, 12, 12, 1]);
      const { logits } = await fresh.forward(images, { taps: [] });
      const expected = [...(await read(logits))];
      const got = views["augmented"]!.teacher!.logits;
      expect(got.rows).toBe(batchSize);
      expected.forEach((value, place) => expect(got.data[place]).toBeCloseTo(value, 4));
      if (best.some((row, place) => row !== place)) moved += 1;
      images.dispose();
      logits.dispose();
    }
    expect(moved).toBe(steps);
    fresh.dispose();
  });

  it("by student entropy asks the teacher for 2B rows: the batch and the picked images", async () => {
    const { teacher } = await train({ criterion: "student-entropy" });
    expect(trainingPasses(teacher, 2)).toEqual(Array.from({ length: 2 * steps }, () => batchSize));
    expect(teacher.rows).toBe(2 * batchSize * steps + 48);
  });

  it.each(["kld", "dissimilarity"])("by %s asks the teacher for 3B rows", async (criterion) => {
    const { teacher } = await train({ criterion });
    expect(teacher.rows).toBe(3 * batchSize * steps + 48);
  });

  it("asks for as many more rows as the pool is larger", async () => {
    const { teacher } = await train({ poolFactor: 3 });
    expect(teacher.rows).toBe(4 * batchSize * steps + 48);
  });
});

describe("a step with identity", () => {
  it("asks the teacher for B rows: what it says of the batch is what it says of its copy", async () => {
    const { teacher, observed } = await train({}, "identity");
    expect(trainingPasses(teacher, 1)).toEqual(Array.from({ length: steps }, () => batchSize));
    expect(teacher.rows).toBe(batchSize * steps + 48);
    expect(observed).toHaveLength(steps);
    for (const { views } of observed) expect(views["augmented"]!.teacher).toEqual(views["original"]!.teacher);
  });
});

/** Entropy of the softmax, in double precision. */
function entropyOf(logits: Float32Array): number {
  const largest = Math.max(...logits);
  const weights = [...logits].map((logit) => Math.exp(logit - largest));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return -weights.reduce((total, weight) => total + (weight / sum) * Math.log(weight / sum), 0);
}
