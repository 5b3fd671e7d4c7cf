import { parseOptions, type DistillerSubject, type ModelDescription, type PreparedDistiller } from "@kdf/core";
import { createStreams, floats, integers, readNow, scope, startReferenceEngine, zeros, type Parameter } from "@kdf/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { HintDistillation, options } from "./fitnet.js";

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
const make = async (given: object = {}) => new HintDistillation(await parseOptions(options, given, "distiller fitnet"));
const release = ({ extras }: PreparedDistiller): void => Object.values(extras).forEach((extra) => extra.dispose());
const misfit = (happened: RegExp) =>
  expect.objectContaining({ code: "KDF_DISTILLER_MISFIT", explanation: expect.objectContaining({ happened: expect.stringMatching(happened) }) });

const stages = (...shapes: (readonly [number, number])[]): ModelDescription["taps"] =>
  Object.fromEntries(shapes.map(([side, width], place) => [`f${place}`, [side, side, width]]));

describe("the compared map", () => {
  const other = subject(model(stages([8, 2], [8, 3], [4, 4], [2, 5]), 1000), model(stages([8, 6], [8, 7], [4, 8])));

  it.each([
    [{}, "f2", "f2"],
    [{ hint: 1 }, "f1", "f1"],
    [{ taps: [{ teacher: "f3", student: "f2" }] }, "f3", "f2"],
  ])("with the options %j is the teacher's %s and the student's %s", async (given, teacher, student) => {
    const prepared = (await make(given)).prepare(other);
    expect(prepared.taps).toEqual({ teacher: [teacher], student: [student] });
    release(prepared);
  });

  it("must be there in both models", async () => {
    const hinted = await make({ hint: 3 });
    expect(() => hinted.prepare(other)).toThrow(misfit(/teacher any has f3 and the student any has none/));
  });
});

describe("the regressor", () => {
  const filters = async (teacher: readonly number[], student: readonly number[]): Promise<readonly number[]> => {
    const prepared = (await make({ hint: 0 })).prepare(subject(model({ map: teacher }), model({ map: student })));
    const parameters = prepared.extras["regressor"]!.parameters() as ReadonlyMap<string, Parameter>;
    expect([...parameters.keys()]).toEqual(["conv.weight", "conv.bias", "bn.weight", "bn.bias"]);
    const { shape } = parameters.get("conv.weight")!;
    release(prepared);
    return shape;
  };

  it.each([
    ["the same size", [4, 4, 5], [4, 4, 3], [1, 1, 3, 5]],
    ["twice the size", [4, 4, 5], [8, 8, 3], [3, 3, 3, 5]],
    ["half the size", [8, 8, 5], [4, 4, 3], [4, 4, 5, 3]],
    ["three more", [4, 4, 5], [7, 7, 3], [4, 4, 3, 5]],
  ])("of a student's map of %s: teacher %j, student %j, filters %j", async (_, teacher, student, expected) => {
    expect(await filters(teacher, student)).toEqual(expected);
  });

  it("is refused for maps that no convolution brings together", async () => {
    await expect(filters([4, 4, 5], [3, 3, 3])).rejects.toThrow(misfit(/no convolution brings .* \[3, 3, 3\] to .* \[4, 4, 5\]/));
  });

  it("gives the norm's shift, after the ReLU, of a single value", async () => {
    const prepared = (await make({ hint: 0 })).prepare(subject(model({ map: [1, 1, 2] }), model({ map: [1, 1, 3] })));
    scope(() => {
      prepared.extras["regressor"]!.parameters().get("bn.bias")!.assign(floats([0.5, -1], [2]));
      const logits = zeros([1, 2]);
      const views = {
        original: { teacher: { logits, taps: { map: floats([1.5, 2], [1, 1, 1, 2]) } }, student: { logits, taps: { map: floats([7, 8, 9], [1, 1, 1, 3]) } } },
      };
      const [labels, indices] = [integers([0], [1]), integers([0], [1])];
      const rows = { labels: Int32Array.of(0), indices: Int32Array.of(0) };
      const context = { labels, indices, rows, state: {}, stage: "distill", epoch: 0, step: 0, position: { stage: 0, epoch: 0, step: 0 } };
      expect(readNow(prepared.losses(views, context)["hint.original"]!)[0]).toBe((1 + 4) / 2);
    });
    release(prepared);
  });
});

it("weighs 1 and 100, or by option", async () => {
  const weights = async (given: object): Promise<number[]> => {
    const prepared = (await make({ hint: 0, ...given })).prepare(subject(model({ map: [2, 2, 1] }), model({ map: [2, 2, 1] })));
    release(prepared);
    return prepared.stages[0]!.losses.map((term) => prepared.weight(term, { stage: "distill", epoch: 0, epochs: 1 }));
  };
  expect(await weights({})).toEqual([1, 100]);
  expect(await weights({ weights: { crossEntropy: 0.5, hint: 3 } })).toEqual([0.5, 3]);
});
