import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { observationIncomplete, type Json, type Metric, type StepObservation } from "@kdf/core";
import { encodeSafetensors, type NamedArray } from "@kdf/nn";
import { MemoryRegistry, pluginOf } from "@kdf/testing";
import { afterAll, expect, it } from "vitest";
import { probeMetric } from "./probe-metric.js";

const folder = mkdtempSync(join(tmpdir(), "kdf-probe-"));
afterAll(() => rmSync(folder, { recursive: true }));

const labels: NamedArray = { dtype: "I32", shape: [2, 3], data: Int32Array.from([1, 2, 3, 4, 5, 6]) };
const logits: NamedArray = { dtype: "F32", shape: [2, 3, 2], data: new Float32Array(12) };

/** Probes a metric of the teacher; no engine runs. */
async function probe(tensors: Readonly<Record<string, NamedArray>>, observe: (step: StepObservation) => void, result: () => Json = () => 0) {
  const file = join(folder, "steps.safetensors");
  writeFileSync(file, encodeSafetensors(new Map(Object.entries(tensors)), {}));
  const metric: Metric = {
    phases: ["training"],
    span: "run",
    primary: { key: "value", better: "lower" },
    reads: ["teacher"],
    observe,
    result: () => ({ value: result() }),
  };
  return probeMetric(new MemoryRegistry([pluginOf("test", { metric: { test: () => metric } })]), "test", file);
}

const refused = (problem: string) => expect.objectContaining({ code: "KDF_PROBE_INPUT_INVALID", message: expect.stringContaining(problem) });
const teacher = { "steps.original.teacher.logits": logits };

it("gives each step its labels", async () => {
  const seen: number[][] = [];
  await probe({ ...teacher, "steps.labels": labels }, (step) => void seen.push([...step.labels]));
  expect(seen).toEqual([[1, 2, 3], [4, 5, 6]]);
});

it("invents no labels", async () => {
  expect(await probe(teacher, () => undefined)).toEqual({ result: { value: 0 } });
  await expect(probe(teacher, (step) => void step.labels.length)).rejects.toThrow(refused("no steps.labels"));
});

it.each([
  ["no outputs of what it reads", { "steps.original.student.logits": logits }, "no outputs of the teacher"],
  ["labels of another batch", { ...teacher, "steps.labels": { ...labels, shape: [3, 2] } }, "steps.labels has the shape [3,2]"],
  ["views of another length", { ...teacher, "steps.augmented.teacher.logits": { ...logits, shape: [3, 2, 2] } }, "3"],
])("refuses %s", async (_, tensors, problem) => {
  await expect(probe(tensors as Record<string, NamedArray>, () => undefined)).rejects.toThrow(refused(problem));
});

it("refuses a file that lacks what the metric asks of a step", async () => {
  const observe = (): never => {
    throw observationIncomplete({ metric: "test", missing: "the view augmented" });
  };
  await expect(probe(teacher, observe)).rejects.toThrow(refused("the view augmented"));
});

it("names the metric whose result fails", async () => {
  const result = (): never => {
    throw new Error("no luck");
  };
  const threw = { code: "KDF_PLUGIN_THREW", message: expect.stringContaining("metric test failed in result") };
  await expect(probe(teacher, () => undefined, result)).rejects.toMatchObject(threw);
});
