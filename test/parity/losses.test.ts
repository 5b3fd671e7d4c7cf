import { readdirSync } from "node:fs";
import type { Distiller, ModelDescription, Plugin } from "@kdf/core";
import { parseOptions } from "@kdf/core";
import kd from "@kdf/plugin-kd";
import { add, crossEntropy, disposeAll, inputGradients, multiply, startReferenceEngine, type Tensor } from "@kdf/tensor";
import { beforeAll, expect, test } from "vitest";
import { Fixture } from "./parity.js";

beforeAll(async () => {
  await startReferenceEngine();
});

const entropyFixture = new Fixture<{ readonly cases: readonly string[] }>("cross-entropy.safetensors");

test.each(entropyFixture.about.cases)("cross-entropy, %s: value and gradient", (id) => {
  const logits = entropyFixture.tensor(`${id}.logits`);
  const labels = entropyFixture.tensor(`${id}.labels`);
  const { value, gradients } = inputGradients(([given]) => crossEntropy(given!, labels), [logits]);
  entropyFixture.expectValue(`${id}.loss`, value);
  entropyFixture.expectTensor(`${id}.grad`, gradients[0]!);
  disposeAll([logits, labels, value, ...gradients]);
});

const kdCases = readdirSync(new URL("fixtures/kd", import.meta.url))
  .filter((file) => file.endsWith(".inputs.safetensors"))
  .map((file) => file.replace(".inputs.safetensors", ""));

test.each(kdCases)("kd, %s: every term, the total and its gradients", async (id) => {
  const inputs = new Fixture(`kd/${id}.inputs.safetensors`);
  const expected = new Fixture<{ readonly temperature: number; readonly weights: Record<string, number> }>(
    `kd/${id}.expected.safetensors`,
  );
  const distiller = await makeKd();
  const [, classes = 0] = inputs.array("original.student.logits").shape;
  const model: ModelDescription = { network: "recorded", input: { size: 1, channels: 1, mean: [0], std: [1] }, classes, taps: {} };
  const prepared = distiller.prepare({
    teacher: model,
    student: model,
    dataset: { classes: Array.from({ length: classes }, String), trainingSize: 1, labels: new Int32Array(1) },
    augmented: true,
    streams: { seed: 0, at: () => { throw new Error("kd draws nothing"); } },
  });
  const stage = prepared.stages[0]!;
  const names = ["original.student.logits", "augmented.student.logits"];
  const labels = inputs.tensor("labels");
  const rows = inputs.array("labels").data as Int32Array;
  const teacher = { original: inputs.tensor("original.teacher.logits"), augmented: inputs.tensor("augmented.teacher.logits") };
  const student = names.map((name) => inputs.tensor(name));
  const losses = ([original, augmented]: readonly Tensor[]) =>
    prepared.losses(
      {
        original: { teacher: { logits: teacher.original, taps: {} }, student: { logits: original!, taps: {} } },
        augmented: { teacher: { logits: teacher.augmented, taps: {} }, student: { logits: augmented!, taps: {} } },
      },
      { labels, indices: labels, rows: { labels: rows, indices: rows }, state: {}, stage: stage.id, epoch: 0, step: 0, position: {} },
    );
  const weightOf = (term: string) => prepared.weight(term, { stage: stage.id, epoch: 0, epochs: 1 });

  const terms = losses(student);
  expect(Object.keys(terms).sort()).toEqual(Object.keys(expected.about.weights).sort());
  for (const [term, value] of Object.entries(terms)) {
    expect(weightOf(term)).toBe(expected.about.weights[term]);
    expected.expectValue(term, value as Tensor);
  }
  const { value, gradients } = inputGradients(
    (given) => Object.entries(losses(given)).map(([term, raw]) => multiply(raw, weightOf(term))).reduce((sum, term) => add(sum, term)),
    student,
  );
  expected.expectValue("total", value);
  names.forEach((name, place) => expected.expectTensor(`grad.${name}`, gradients[place]!));
  disposeAll([...Object.values(terms), value, ...gradients, labels, ...Object.values(teacher), ...student] as Tensor[]);
});

async function makeKd(): Promise<Distiller> {
  const definition = (kd as Plugin).provides.distiller!["kd"]!;
  return definition.create(await parseOptions(definition.options, {}, "kd"), {} as never);
}
