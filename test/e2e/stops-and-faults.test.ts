import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { planInvalid, type Distiller, type Teacher, type TensorLike, type Tracker } from "@kdf/core";
import { clone, crossEntropy, fill, scalar } from "@kdf/tensor";
import { BoringTeacher, boringTeacherOptions, pluginOf } from "@kdf/testing";
import { startTraining } from "@kdf/trainer";
import { afterAll, describe, expect, it } from "vitest";
import { experiment, resume, start } from "./in-process.js";
import { temporaryFolder } from "./kdf.js";

const folder = temporaryFolder();
afterAll(() => folder.remove());
let runs = 0;
const place = (): string => join(folder.path, `run-${++runs}`);

interface State {
  readonly globalStep: number;
  readonly files: { readonly student: string };
}

function last(run: string): { readonly state: State; readonly student: Buffer } {
  const checkpoint = join(run, "checkpoints", "last");
  const state = JSON.parse(readFileSync(join(checkpoint, "state.json"), "utf8")) as State;
  return { state, student: readFileSync(join(checkpoint, state.files.student)) };
}

const lines = (run: string): Record<string, unknown>[] =>
  readFileSync(join(run, "metrics.jsonl"), "utf8").trimEnd().split("\n").map((line) => {
    const { imagesPerSecond: _, ...rest } = JSON.parse(line) as Record<string, unknown>;
    return rest;
  });

describe("a stop that is asked for during an evaluation", () => {
  it.each(["validation", "test"])("on the %s images saves, and the run goes on to what it would have been", async (split) => {
    const reference = place();
    expect((await start({}, reference)).status).toBe("finished");
    const run = place();
    const stop = new AbortController();
    const observer = { evaluationProgress: (progress: { readonly split: string }) => void (progress.split === split && stop.abort()) };
    const stopped = await start({ observer, signal: stop.signal }, run);
    expect(stopped).toMatchObject({ status: "stopped" });
    expect(stopped.test).toBeUndefined();
    expect((await resume({}, run)).status).toBe("finished");
    expect(last(run).student.equals(last(reference).student)).toBe(true);
    expect(lines(run)).toEqual(lines(reference));
  });
});

describe("two processes", () => {
  it("do not train one run at once", async () => {
    const run = place();
    let second: Promise<unknown> | undefined;
    const observer = { checkpointWritten: () => void (second ??= resume({}, run).catch((error: unknown) => error)) };
    expect((await start({ observer }, run)).status).toBe("finished");
    expect(await second).toMatchObject({ code: "KDF_RUN_BUSY", message: expect.stringContaining(run) });
    expect(existsSync(join(run, "run.lock"))).toBe(false);
  });

  it("that start at once get a place each", async () => {
    const parent = join(folder.path, "together");
    const outcomes = await Promise.all([1, 2].map(() => startTraining(experiment({ values: { epochs: 1 } }), { parent, stem: "quick" })));
    expect(outcomes.map(({ directory }) => directory).sort()).toEqual([join(parent, "quick-1"), join(parent, "quick-2")]);
    for (const { directory, record } of outcomes) expect(directory.endsWith(record.name)).toBe(true);
  });
});

describe("what fails is named", () => {
  it("a teacher, with its hook and the step", async () => {
    let passes = 0;
    const teacher: Teacher = {
      async open() {
        const inner = await new BoringTeacher(boringTeacherOptions.parse({})).open();
        return {
          description: inner.description,
          provenance: inner.provenance,
          forward(...given: Parameters<typeof inner.forward>) {
            if (++passes > 3) throw new TypeError("no memory left");
            return inner.forward(...given);
          },
          dispose: () => inner.dispose(),
        };
      },
    };
    const failing = start({ values: { teacher: "failing" }, plugins: [pluginOf("failing", { teacher: { failing: () => teacher } })] }, place());
    await expect(failing).rejects.toMatchObject({
      code: "KDF_PLUGIN_THREW",
      message: expect.stringContaining("teacher failing failed in forward (stage distill, epoch 1, step 4): no memory left"),
    });
  });

  it("a tracker, which the run goes on without", async () => {
    const tracker: Tracker = {
      start: () => {},
      log: () => {
        throw new Error("no network");
      },
      end: () => {},
    };
    const request = experiment({ values: { trackers: ["lame"], epochs: 1 }, plugins: [pluginOf("lame", { tracker: { lame: () => tracker } })] });
    expect((await startTraining(request, place())).status).toBe("finished");
    expect(request.logger.warnings).toEqual(["tracker lame failed in log (the run goes on without it): no network"]);
  });

  it("as a failure, not a refusal, once the run has begun", async () => {
    const augmenter = {
      sample: () => {
        throw planInvalid({ augmenter: "picky", problem: "it is not mine" });
      },
      propose: () => {
        throw new Error("never called");
      },
    };
    const failing = start({ plugins: [pluginOf("picky", { augmenter: { picky: () => augmenter } })], augmenterIds: ["picky"] }, place());
    await expect(failing).rejects.toMatchObject({ code: "KDF_PLAN_INVALID", kind: "run" });
  });
});

describe("plans", () => {
  it("stand in metrics.jsonl by request, by the name of their stream, as often as an augmenter stands in the chain", async () => {
    let draws = 0;
    const augmenter = { sample: () => ++draws, propose: (_: unknown, batch: { readonly images: TensorLike }) => ({ images: clone(batch.images), rows: [...Array(batch.images.shape[0]).keys()] }) };
    const plugins = [pluginOf("drawing", { augmenter: { drawing: () => augmenter as never } })];
    const run = place();
    await start({ values: { recordPlans: true, epochs: 1 }, plugins, augmenterIds: ["drawing", "drawing"] }, run);
    const steps = lines(run).filter((line) => line["type"] === "step");
    expect(steps[1]!["plans"]).toEqual({ "augmenter:drawing": 3, "augmenter:drawing:1": 4 });
    const quiet = place();
    await start({ values: { epochs: 1 }, plugins, augmenterIds: ["drawing"] }, quiet);
    expect(lines(quiet).every((line) => !("plans" in line))).toBe(true);
  });
});

describe("a state that is not finite", () => {
  it("does not replace a good checkpoint", async () => {
    let steps = 0;
    const distiller: Distiller = {
      prepare: () => ({
        taps: { teacher: [], student: [] },
        extras: {},
        state: { memory: scalar(0) },
        views: [],
        stages: [{ id: "only", trains: ["student"], views: ["original"], losses: ["crossEntropy.original"] }],
        losses: (views, { labels }) => ({ "crossEntropy.original": crossEntropy(views["original"]!.student!.logits, labels) }),
        weight: () => 1,
        // From the second epoch on (six steps each) the state is spoiled, though every loss is fine.
        update: () => ({ memory: { value: fill([], ++steps > 6 ? Number.NaN : 1) } }),
      }),
    };
    const run = place();
    const failing = start({ values: { distiller: "spoiling" }, plugins: [pluginOf("spoiling", { distiller: { spoiling: () => distiller } })] }, run);
    await expect(failing).rejects.toMatchObject({ code: "KDF_LOSS_NOT_FINITE", message: expect.stringContaining("state.memory") });
    expect(last(run).state.globalStep).toBe(6);
  });
});

describe("what does not suit is refused before a run exists", () => {
  it.each([
    ["a metric that observes training and saves nothing", { metric: { odd: () => ({ phases: ["training"], span: "run", primary: { key: "odd", better: "lower" }, reads: ["student"], observe: () => {}, result: () => ({ odd: 1 }) }) } }, "KDF_METRIC_UNSUITABLE"],
    ["a metric that names a result as another does", { metric: { odd: () => ({ phases: ["evaluation"], span: "epoch", primary: { key: "accuracy", better: "lower" }, reads: ["student"], observe: () => {}, result: () => ({ accuracy: 1 }) }) } }, "KDF_PLUGIN_RETURNED"],
    ["a metric that evaluates by the teacher", { metric: { odd: () => ({ phases: ["evaluation"], span: "epoch", primary: { key: "odd", better: "lower" }, reads: ["teacher"], observe: () => {}, result: () => ({ odd: 1 }) }) } }, "KDF_METRIC_UNSUITABLE"],
  ] as const)("%s", async (_, things, code) => {
    const run = place();
    const refused = start({ values: { metrics: ["boring-accuracy", "odd"] }, plugins: [pluginOf("odd", things as never)] }, run);
    await expect(refused).rejects.toMatchObject({ code });
    expect(existsSync(run)).toBe(false);
  });
});
