import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Augmenter, Metric, ModelOutputs, Plugin, TeacherModel, TensorLike } from "@kdf/core";
import cutmix from "@kdf/plugin-cutmix";
import cutmixpick from "@kdf/plugin-cutmixpick";
import { add, tensorCount } from "@kdf/tensor";
import { BoringTeacher, boringTeacherOptions, pluginOf } from "@kdf/testing";
import { afterAll, describe, expect, it } from "vitest";
import { start, type Experiment } from "./in-process.js";
import { temporaryFolder } from "./kdf.js";

/** A teacher that computes beside the trainer's thread: its passes are asked for ahead, and that changes no result. */
const folder = temporaryFolder();
afterAll(() => folder.remove());

interface Watched {
  /** `pass` for a pass asked for, `step` for a step whose student was observed, in order. */
  readonly events: string[];
  /** Passes under way at once. */
  most: number;
}

/** Answers a turn of the event loop later, as another thread would; fails at the pass numbered `failsAt`. */
async function besideTeacher(ahead: number, watched: Watched, failsAt = Infinity): Promise<TeacherModel> {
  const inner = await new BoringTeacher(boringTeacherOptions.parse({})).open();
  let [underWay, passes] = [0, 0];
  return {
    description: inner.description,
    provenance: inner.provenance,
    ahead,
    async forward(images: TensorLike, options): Promise<ModelOutputs> {
      watched.events.push("pass");
      underWay += 1;
      watched.most = Math.max(watched.most, underWay);
      if (passes++ === failsAt) throw new Error("the thread is gone");
      await new Promise((done) => setTimeout(done, 1));
      underWay -= 1;
      return inner.forward(images, options);
    },
    dispose: () => inner.dispose(),
  };
}

/** Tells of every training step, when its student has been forwarded. */
const watching = (watched: Watched): Metric => ({
  phases: ["training"],
  span: "run",
  primary: { key: "seen", better: "higher" },
  reads: ["student"],
  observe: () => void watched.events.push("step"),
  result: () => ({ seen: 1 }),
  save: () => null,
  restore: () => {},
});

/** Adds as much as it was called before. */
const counting = (): Augmenter => {
  let calls = 0;
  return {
    sample: () => calls++,
    propose: (plan, { images }) => ({ images: add(images, plan as number), rows: Array.from({ length: images.shape[0] ?? 0 }, (_, row) => row) }),
    save: () => calls,
    restore: (state) => void (calls = state as number),
  };
};

let runs = 0;

async function train(ahead: number, run: Experiment & { readonly failsAt?: number } = {}): Promise<Watched & { readonly directory: string; readonly weights: string }> {
  const watched: Watched = { events: [], most: 0 };
  const directory = join(folder.path, `run-${++runs}`);
  const parts = pluginOf("parts", {
    teacher: { beside: () => ({ open: () => besideTeacher(ahead, watched, run.failsAt) }) },
    metric: { watching: () => watching(watched) },
    augmenter: { counting },
  });
  const before = tensorCount();
  try {
    await start(
      { ...run, plugins: [parts, cutmix, cutmixpick] as readonly Plugin[], values: { teacher: "beside", metrics: ["boring-accuracy", "watching"], epochs: 1, validation: { fraction: 0 }, ...run.values } },
      directory,
    );
  } finally {
    expect(tensorCount()).toBe(before);
  }
  return { ...watched, directory, weights: weightsOf(directory) };
}

function weightsOf(directory: string): string {
  const last = join(directory, "checkpoints/last");
  const file = readdirSync(last).find((name) => name.startsWith("student-"))!;
  return createHash("sha256").update(readFileSync(join(last, file))).digest("hex");
}

/** Passes that were asked for before the first step's student was observed. */
const passesBeforeFirstStep = ({ events }: Watched): number => events.indexOf("step");

describe("the same weights to the last bit, however far ahead", () => {
  it.each([
    ["without an augmenter", [], {}, 1],
    ["with one", ["cutmix"], {}, 2],
    ["picking by the teacher", ["cutmixpick"], {}, 2],
    ["in two stages", ["cutmix"], { distiller: "two-stage" }, undefined],
  ])("%s", async (_, augmenterIds, values, perStep) => {
    const [now, one, three] = [await train(0, { augmenterIds, values }), await train(1, { augmenterIds, values }), await train(3, { augmenterIds, values })];
    expect([one.weights, three.weights]).toEqual([now.weights, now.weights]);
    expect(metricsOf(one.directory)).toEqual(metricsOf(now.directory));
    expect(one.events.length).toBe(now.events.length);
    if (perStep === undefined) return;
    expect([now, one, three].map(passesBeforeFirstStep)).toEqual([perStep, 2 * perStep, 4 * perStep]);
    // A step's passes are asked for at once where they are computed beside.
    expect([now.most, one.most]).toEqual([1, 2 * perStep]);
  });
});

describe("what depends on the step before is not computed ahead", () => {
  it.each([
    ["a pick by the student", "student-pick", 2],
    ["an augmenter with a state", "counting", 2],
  ])("%s", async (_, augmenter, perStep) => {
    const [now, ahead] = [await train(0, { augmenterIds: [augmenter] }), await train(2, { augmenterIds: [augmenter] })];
    expect(passesBeforeFirstStep(ahead)).toBe(perStep);
    expect(ahead.weights).toBe(now.weights);
  });
});

describe("a run that ends early", () => {
  it("by a stop leaves no tensor of what was prepared, and goes as far as without", async () => {
    const stopping = (): Experiment => {
      const controller = new AbortController();
      return { augmenterIds: ["cutmix"], signal: controller.signal, observer: { stepDone: ({ step }) => step === 2 && controller.abort() } };
    };
    const [now, ahead] = [await train(0, stopping()), await train(3, stopping())];
    expect(ahead.weights).toBe(now.weights);
    expect(ahead.events.filter((event) => event === "step")).toHaveLength(2);
  });

  it("by a pass that fails stops at the step that needs it, with the plugin's name", async () => {
    const failing = train(3, { augmenterIds: ["cutmix"], failsAt: 3, values: { checkpointEverySteps: 1 } });
    await expect(failing).rejects.toMatchObject({
      code: "KDF_PLUGIN_THREW",
      explanation: { happened: expect.stringMatching(/teacher beside.*step 2.*the thread is gone/s) as string },
    });
    expect(existsSync(join(folder.path, `run-${runs}`, "checkpoints/last/state.json"))).toBe(true);
  });
});

/** The lines of metrics.jsonl without their times. */
function metricsOf(directory: string): object[] {
  const lines = readFileSync(join(directory, "metrics.jsonl"), "utf8").trimEnd().split("\n");
  return lines.map((line) => ({ ...(JSON.parse(line) as object), imagesPerSecond: 0 }));
}
