import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { MetricsLine, RunRecord, Tracker } from "@kdf/core";
import tensorboard from "@kdf/plugin-tensorboard";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { boringExperiment, startKdf, temporaryFolder, until } from "../e2e/kdf.js";
import { root, run } from "./cached.js";
import { pythonWith } from "./python.js";

/** What TensorBoard's own code reads of a folder: read-tensorboard.py. */
interface Seen {
  readonly scalars: Readonly<Record<string, readonly (readonly [step: number, value: number])[]>>;
  readonly images: Readonly<Record<string, readonly { step: number; size: [number, number]; mode: string; pixels: number[] }[]>>;
  readonly experiment: { readonly hparamInfos: readonly { readonly name: string }[]; readonly metricInfos: readonly { readonly name: { readonly tag: string } }[] };
  readonly groups: { readonly sessionGroups: readonly { readonly hparams: Readonly<Record<string, unknown>>; readonly sessions: readonly { readonly status: string }[] }[] };
}

const folder = temporaryFolder();
afterAll(() => folder.remove());
let python: string;
beforeAll(async () => {
  python = await pythonWith("test/external/tensorboard-requirements.txt");
});
const see = async (directory: string): Promise<Seen> => JSON.parse(await run(python, [join(root, "test/external/read-tensorboard.py"), directory])) as Seen;
const linesOf = (directory: string): MetricsLine[] =>
  readFileSync(join(directory, "metrics.jsonl"), "utf8").trimEnd().split("\n").map((line) => JSON.parse(line) as MetricsLine);

/** By README: every number of a line under its tag, at the line's step. */
function expectedScalars(lines: readonly MetricsLine[]): Record<string, [number, number][]> {
  const all: Record<string, [number, number][]> = {};
  const add = (tag: string, step: number, value: unknown): void => {
    if (typeof value === "number") (all[tag] ??= []).push([step, Math.fround(value)]);
  };
  for (const line of lines) {
    const at = line.globalStep;
    if (line.type === "step") {
      add("step/total", at, line.total);
      add("step/learningRate", at, line.learningRate);
      add("step/imagesPerSecond", at, line.imagesPerSecond);
      for (const [term, value] of Object.entries(line.terms)) add(`step/${term}`, at, value);
    } else if (line.type === "training") {
      for (const [name, value] of Object.entries(line.metrics)) add(`epoch/${name}`, at, value);
    } else {
      const group = line.split === "test" ? ["test", line.role, line.checkpoint].filter(Boolean).join("/") : line.split;
      for (const [name, value] of Object.entries(line.metrics)) add(`${group}/${name}`, at, value);
    }
  }
  return all;
}

describe("a run that was interrupted and went on", () => {
  const directory = join(folder.path, "run");
  let seen: Seen;
  beforeAll(async () => {
    const experiment = boringExperiment(folder.path, { trackers: ["tensorboard"], epochs: 20, options: { tensorboard: { imagesEverySteps: 10, imageCount: 2 } } });
    const { process, finished } = startKdf(["train", ...experiment, "--run-dir", directory]);
    // Each line is written at once; a hundred lines are some epochs of it.
    await until("the run has written some lines", () => {
      try {
        return readFileSync(join(directory, "metrics.jsonl"), "utf8").split("\n").length > 60;
      } catch {
        return false;
      }
    });
    process.kill("SIGINT");
    expect((await finished).code).toBe(130);
    const resumed = await startKdf(["train", "--resume", directory]).finished;
    expect(resumed.code, resumed.messages).toBe(0);
    seen = await see(directory);
  }, 300_000);

  it("shows every number of metrics.jsonl once", () => {
    const lines = linesOf(directory);
    expect(lines.length).toBeGreaterThan(100);
    expect(seen.scalars).toEqual(expectedScalars(lines));
  });

  it("shows images of the steps that were asked for, once each", () => {
    expect(Object.keys(seen.images)).toEqual(expect.arrayContaining(["images/original/0", "images/original/1"]));
    const steps = seen.images["images/original/0"]!.map(({ step }) => step);
    expect(new Set(steps).size).toBe(steps.length);
    expect(steps.slice(0, 3)).toEqual([1, 11, 21]);
    for (const { size, mode } of seen.images["images/original/0"]!) expect([size, mode]).toEqual([[12, 12], "L"]);
  });

  it("has its settings among the hyper-parameters, and the monitored metric to compare by", () => {
    expect(seen.experiment.hparamInfos.map(({ name }) => name)).toEqual(expect.arrayContaining(["batchSize", "epochs", "optimizer.learningRate"]));
    expect(seen.experiment.metricInfos.map(({ name }) => name.tag)).toContain("validation/accuracy");
    const [group] = seen.groups.sessionGroups;
    expect(group!.hparams).toMatchObject({ batchSize: 16, epochs: 20, student: "boring" });
    expect(group!.sessions.map(({ status }) => status)).toEqual(["STATUS_SUCCESS"]);
  });
});

it("every pixel of an image is as it was shown", async () => {
  const directory = join(folder.path, "pixels");
  const record = JSON.parse(readFileSync(join(folder.path, "run/run.json"), "utf8")) as RunRecord;
  const tracker = (await tensorboard.provides.tracker!["tensorboard"]!.create({ imagesEverySteps: 1, imageCount: 2 }, {} as never)) as Tracker;
  const pixels = Uint8Array.from({ length: 2 * 3 * 5 * 3 }, (_, place) => (place * 37) % 256);
  await tracker.start({ record, directory, monitor: { key: "accuracy", better: "higher" }, earlier: [] });
  await tracker.show!({ stage: "distill", epoch: 0, globalStep: 7, height: 3, width: 5, channels: 3, views: { augmented: pixels } });
  await tracker.end("finished");
  const { images } = await see(directory);
  expect(Object.keys(images).sort()).toEqual(["images/augmented/0", "images/augmented/1"]);
  for (const [place, tag] of ["images/augmented/0", "images/augmented/1"].entries()) {
    expect(images[tag]).toEqual([{ step: 7, size: [3, 5], mode: "RGB", pixels: [...pixels.subarray(place * 45, (place + 1) * 45)] }]);
  }
});
