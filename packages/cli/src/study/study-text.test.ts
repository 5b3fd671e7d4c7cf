import type { StudyRecord } from "@kdf/analysis";
import { expect, test } from "vitest";
import { missingText, studyText } from "./study-text.js";

const names = ["identity", "cutout", "cutmixpick?criterion=student-entropy"];
const measured = ["t-stddev", "cross-entropy-covariance", "teacher-covariance"];
const losses = [0.9, 0.7, 0.5];
const record: StudyRecord = {
  format: 1,
  name: "some",
  created: "2026-01-01T00:00:00.000Z",
  dataset: "images",
  pairs: [{ id: "p", teacher: "large", student: "small" }],
  augmenters: names,
  seeds: [0, 1],
  epochs: 2,
  cells: names.flatMap((augmenter, place) => [
    { pair: "p", augmenter, seed: 0, state: "done", epochs: [], final: { loss: losses[place]! - 0.1 } },
    place === 2
      ? { pair: "p", augmenter, seed: 1, state: "failed", reason: "the disk was full", epochs: [] }
      : { pair: "p", augmenter, seed: 1, state: "done", epochs: [], final: { loss: losses[place]! + 0.1 } },
  ]),
  measurements: names.map((augmenter, place) => ({
    pair: "p",
    augmenter,
    state: "done",
    draws: 20,
    values: Object.fromEntries(measured.map((metric) => [metric, { value: (3 - place) / 100 }])),
    settings: {},
  })),
  deviations: [],
};

test("a pair's table has the mean over the runs that are done, and what the two have to do with each other", () => {
  const text = studyText(record, ["t-stddev"], 80);
  expect(text).toMatch(/^p: large -> small$/m);
  expect(text).toMatch(/^identity +0\.03000 +0\.9000 +2$/m);
  expect(text).toMatch(/^cutmixpick\?criterion=student-entropy +0\.01000 +0\.4000 +1$/m);
  // Three points in order: both rank correlations are 1; each order of three has 1 in 6, on either side.
  expect(text.replaceAll(/\s+/g, " ")).toMatch(/t-stddev with test loss: Pearson 0\.99\d+ \(p [\d.]+\), Spearman 1\.0000 \(p 0\.3333\), Kendall 1\.0000 \(p 0\.3333\)/);
});

test("what a terminal has no room for is left to the report, its correlation is told", () => {
  const text = studyText(record, measured, 80);
  for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  expect(text).toContain("teacher-covariance with test loss");
});

test("of a pair that trains on the original images alone nothing is measured, and nothing is said of it", () => {
  const cells = record.cells.map((cell) => (cell.augmenter === "identity" ? { ...cell, augmenter: "none" } : cell));
  const text = studyText({ ...record, pairs: [{ ...record.pairs[0]!, augmenters: ["none"] }], cells }, measured, 80);
  expect(text.split("\n")).toEqual(["p: large -> small", "augmenter  test loss  runs", "─────────  ─────────  ────", "none          0.9000     2"]);
});

test("what failed is told one by one, what is missing by its reason", () => {
  const interrupted = record.cells.map((cell) => (cell.seed === 1 && cell.state === "done" ? { ...cell, state: "missing" as const, reason: "not begun" } : cell));
  expect(missingText({ ...record, cells: interrupted }, 80)).toBe(
    "failed: cutmixpick?criterion=student-entropy, seed 1: the disk was full\nmissing: 2: not begun".replace("failed: ", "failed: p, "),
  );
  expect(missingText({ ...record, cells: record.cells.filter(({ state }) => state === "done") }, 80)).toBe("");
});
