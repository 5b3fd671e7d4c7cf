import { parseOptions, type DistillerSubject, type ModelDescription } from "@kdf/core";
import { createStreams, floats, inputGradients, integers, readNow, scope, startReferenceEngine, zeros } from "@kdf/tensor";
import { beforeAll, expect, it } from "vitest";
import { NeuronSelectivityTransfer, options } from "./nst.js";

beforeAll(startReferenceEngine);

const model = (taps: ModelDescription["taps"], classes = 2): ModelDescription => ({
  network: "any", input: { size: 8, channels: 1, mean: [0], std: [1] }, classes, taps,
});

const subject = (teacher: ModelDescription, student: ModelDescription): DistillerSubject => ({
  teacher,
  student,
  dataset: { classes: ["a", "b"], trainingSize: 1, labels: Int32Array.of(0) },
  augmented: false,
  epochs: 1,
  streams: createStreams(0),
});
const make = async (given: object = {}) => new NeuronSelectivityTransfer(await parseOptions(options, given, "distiller nst"));

it("compares the stages by their place, of a teacher of other classes and widths too, or the pairs named", async () => {
  const taps = { stem: [8, 8, 2], middle: [4, 4, 3], end: [2, 2, 4], pooled: [4] };
  const other = subject(model(taps, 1000), model({ f0: [8, 8, 1], f1: [8, 8, 2], f2: [4, 4, 3] }));
  expect((await make()).prepare(other).taps).toEqual({ teacher: ["middle", "end"], student: ["f1", "f2"] });
  const named = await make({ taps: [{ teacher: "end", student: "f0" }] });
  expect(named.prepare(other).taps).toEqual({ teacher: ["end"], student: ["f0"] });
});

it("weighs 1 and 50, or by option", async () => {
  const weights = async (given: object): Promise<number[]> => {
    const prepared = (await make(given)).prepare(subject(model({ map: [2, 2, 1] }), model({ map: [2, 2, 1] })));
    return prepared.stages[0]!.losses.map((term) => prepared.weight(term, { stage: "distill", epoch: 0, epochs: 1 }));
  };
  expect(await weights({})).toEqual([1, 50]);
  expect(await weights({ weights: { crossEntropy: 0.5, neuronSelectivity: 3 } })).toEqual([0.5, 3]);
});

it.each([[[2, 2, 3]], [[1, 2, 3]]])("sends no gradient, not one that is no number, into maps %j of zeros", async (shape) => {
  const prepared = (await make()).prepare(subject(model({ map: shape }), model({ map: shape })));
  scope(() => {
    const logits = zeros([1, 2]);
    const [labels, indices] = [integers([0], [1]), integers([0], [1])];
    const rows = { labels: Int32Array.of(0), indices: Int32Array.of(0) };
    const context = { labels, indices, rows, state: {}, stage: "distill", epoch: 0, step: 0, position: { stage: 0, epoch: 0, step: 0 } };
    const entries = shape.reduce((product, size) => product * size, 1);
    const teacher = { logits, taps: { map: floats(Array.from({ length: entries }, (_, place) => place - 3), [1, ...shape]) } };
    const { value, gradients } = inputGradients(
      ([map]) => prepared.losses({ original: { teacher, student: { logits, taps: { map: map! } } } }, context)["neuronSelectivity.original"] as never,
      [zeros([1, ...shape])],
    );
    expect(readNow(value)[0]).toBeGreaterThan(0);
    expect([...readNow(gradients[0]!)].every((part) => part === 0)).toBe(true);
  });
});
