import { parseOptions, type DistillerSubject, type ModelDescription } from "@kdf/core";
import { createStreams, floats, inputGradients, integers, readNow, scope, startReferenceEngine, zeros } from "@kdf/tensor";
import { beforeAll, expect, it } from "vitest";
import { AttentionTransfer, options } from "./at.js";

beforeAll(startReferenceEngine);

const model = (taps: ModelDescription["taps"], classes = 2): ModelDescription => ({
  network: "any", input: { size: 8, channels: 1, mean: [0], std: [1] }, classes, taps,
});
const stages = (...widths: number[]): ModelDescription["taps"] => ({
  ...Object.fromEntries(widths.map((width, place) => [`f${place}`, [8 >> place, 8 >> place, width]])),
  pooled: [widths.at(-1)!],
});

const subject = (teacher: ModelDescription, student: ModelDescription): DistillerSubject => ({
  teacher,
  student,
  dataset: { classes: ["a", "b"], trainingSize: 1, labels: Int32Array.of(0) },
  augmented: false,
  epochs: 1,
  streams: createStreams(0),
});
const make = async (given: object = {}) => new AttentionTransfer(await parseOptions(options, given, "distiller at"));

it("compares the stages by their place, of a teacher of other classes and widths too, or the pairs named", async () => {
  const other = subject(model(stages(16, 32, 64), 1000), model(stages(4, 5, 6)));
  const prepared = (await make()).prepare(other);
  expect(prepared.taps).toEqual({ teacher: ["f1", "f2"], student: ["f1", "f2"] });
  expect(prepared.stages).toEqual([
    { id: "distill", trains: ["student"], views: ["original"], losses: ["crossEntropy.original", "attention.original"] },
  ]);
  const named = await make({ taps: [{ teacher: "f2", student: "f0" }] });
  expect(named.prepare(other).taps).toEqual({ teacher: ["f2"], student: ["f0"] });
});

it("refuses lists of different lengths, naming both", async () => {
  const at = await make();
  expect(() => at.prepare(subject(model(stages(1, 2, 3, 4)), model(stages(1, 2))))).toThrow(
    expect.objectContaining({
      code: "KDF_DISTILLER_MISFIT",
      explanation: expect.objectContaining({ happened: expect.stringMatching(/f1, f2, f3 and .* f1\./), fix: expect.stringContaining("at.taps=") }),
    }),
  );
});

it("weighs 1 and 1000, or by option", async () => {
  const weights = async (given: object): Promise<number[]> => {
    const prepared = (await make(given)).prepare(subject(model(stages(1, 2)), model(stages(1, 2))));
    return prepared.stages[0]!.losses.map((term) => prepared.weight(term, { stage: "distill", epoch: 0, epochs: 1 }));
  };
  expect(await weights({})).toEqual([1, 1000]);
  expect(await weights({ weights: { crossEntropy: 0.5, attention: 3 } })).toEqual([0.5, 3]);
});

it("sends no gradient, not one that is no number, into a map of zeros", async () => {
  const prepared = (await make()).prepare(subject(model({ map: [2, 2, 3] }), model({ map: [2, 2, 3] })));
  scope(() => {
    const logits = zeros([1, 2]);
    const [labels, indices] = [integers([0], [1]), integers([0], [1])];
    const rows = { labels: Int32Array.of(0), indices: Int32Array.of(0) };
    const context = { labels, indices, rows, state: {}, stage: "distill", epoch: 0, step: 0, position: { stage: 0, epoch: 0, step: 0 } };
    const teacher = { logits, taps: { map: floats([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [1, 2, 2, 3]) } };
    const { gradients } = inputGradients(
      ([map]) => prepared.losses({ original: { teacher, student: { logits, taps: { map: map! } } } }, context)["attention.original"] as never,
      [zeros([1, 2, 2, 3])],
    );
    expect([...readNow(gradients[0]!)].every((part) => part === 0)).toBe(true);
  });
});
