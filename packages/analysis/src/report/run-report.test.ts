import type { MetricsLine, RunRecord } from "@kdf/core";
import { parse } from "parse5";
import { describe, expect, it } from "vitest";
import { runReport } from "./run-report.js";

const record = {
  format: 1,
  name: "fashion-resnet8 <1>",
  startedAt: "2026-01-02T03:04:05.000Z",
  command: ["kdf", "train", "--plugin", "<cutmix>"],
  versions: { "@kdf/core": "1.0.0" },
  plugins: [{ id: "kd", package: "@kdf/plugin-kd", version: "1.0.0", hash: "0123456789abcdef0123" }],
  options: { "augmenter:cutmix": { perImage: false } },
  engine: { id: "wasm", tier: "embedded", library: "tfjs", device: "cpu", threads: 2, features: [] },
  platform: { system: "linux" },
  configuration: { student: "resnet8", teacher: "big", dataset: "fashion-mnist", distiller: "kd", epochs: 3, batchSize: 32, seed: 7 },
  dataset: { name: "Fashion-MNIST" },
  split: { training: 900, validation: 100, test: 200, hash: "abc" },
  teacher: { network: "wrn_40_2" },
  gitCommit: null,
} as unknown as RunRecord;

const at = (stage: string, epoch: number, globalStep: number): { stage: string; epoch: number; globalStep: number } => ({ stage, epoch, globalStep });
const step = (globalStep: number, total: number, stage = "distill"): MetricsLine => ({ type: "step", ...at(stage, 0, globalStep), learningRate: 0.1, total, terms: { "crossEntropy.original": total / 2 }, imagesPerSecond: 100 });
const training = (epoch: number, loss: number | null, stage = "distill"): MetricsLine => ({ type: "training", ...at(stage, epoch, 10), metrics: { total: 1, loss, tStddev: 0.0125 } });
const validation = (epoch: number, loss: number, stage = "distill"): MetricsLine => ({ type: "evaluation", ...at(stage, epoch, 10), split: "validation", role: "student", metrics: { loss } });
const test = (role: "teacher" | "student", loss: number, checkpoint?: "last" | "best"): MetricsLine => ({ type: "evaluation", ...at("distill", 1, 20), split: "test", role, ...(checkpoint && { checkpoint }), metrics: { loss } });

const steps = Array.from({ length: 300 }, (_, place) => step(place + 1, 5 - place / 100));
const whole = [...steps, training(0, 1.25), validation(0, 1.5), training(1, 1), validation(1, 1.125), test("student", 1.0625, "last"), test("student", 1.03125, "best"), test("teacher", 0.5)];
const textOf = (page: string): string => page.replace(/<style>.*?<\/style>/s, "").replace(/<[^>]*>/g, "|").replace(/\|[|\s]*/g, "|");

describe("the report of a run", () => {
  it("is a page of its own, well formed, with names as text", () => {
    const page = runReport(record, whole);
    const errors: string[] = [];
    parse(page, { onParseError: ({ code }) => errors.push(code) });
    expect(errors).toEqual([]);
    expect(page).not.toMatch(/<script|src=|https?:|NaN|undefined|<cutmix>|<1>/);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("has the test results of both checkpoints and of the teacher", () => {
    const text = textOf(runReport(record, whole));
    for (const row of ["|student, last epoch|1.063|", "|student, best on validation|1.031|", "|teacher|0.5000|"]) expect(text).toContain(row);
    expect(text).not.toContain("not finished");
  });

  it("draws the loss by step in as many points as can be told apart, each a mean", () => {
    const page = runReport(record, whole);
    const [, points] = /<polyline[^>]* points="([^"]+)"><title>total/.exec(page)!;
    expect(points!.split(" ")).toHaveLength(100);
    // Steps 1 to 3: (5 + 4.99 + 4.98) / 3.
    expect(textOf(page)).toContain("|3|4.990|2.495|");
    expect(page).toContain("<title>crossEntropy.original</title>");
    expect(textOf(page)).toContain("loss by epoch");
  });

  it("says of a run that was interrupted where it stands", () => {
    const text = textOf(runReport(record, [...steps, training(0, null), validation(0, 1.5)]));
    expect(text).toContain("This run is not finished");
    expect(text).toContain("after 1 epoch.");
    expect(text).toContain("1 recorded, 3 asked for");
    expect(text).toContain("Not evaluated yet");
    // One epoch is no curve.
    expect(text).not.toContain("loss by epoch");
    expect(text).toContain("|loss|1.500|–|");
    expect(textOf(runReport(record, []))).toContain("No step is recorded yet");
  });

  it("counts epochs on through stages", () => {
    const page = runReport(record, [...steps, training(0, 1, "first"), validation(0, 3, "first"), training(0, 1, "second"), validation(0, 2, "second"), training(1, 1, "second"), validation(1, 1, "second")]);
    expect(textOf(page)).toContain("At the end of epoch 3");
    expect(textOf(page)).toContain("|1|3|1|2|2|1|3|1|1|");
  });
});
