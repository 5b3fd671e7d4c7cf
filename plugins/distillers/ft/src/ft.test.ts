import { parseOptions, type DistillerSubject, type LossContext, type ModelDescription, type PreparedDistiller } from "@kdf/core";
import { createStreams, disposeAll, floats, integers, inputGradients, readNow, startReferenceEngine, tensorCount, zeros } from "@kdf/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { FactorTransfer, options } from "./ft.js";

beforeAll(startReferenceEngine);

const model = (map: readonly number[]): ModelDescription => ({
  network: "any", input: { size: 8, channels: 1, mean: [0], std: [1] }, classes: 2, taps: { f0: [8, 8, 2], map, pooled: [map[2]!] },
});

async function prepare(given: object = {}, of: Partial<DistillerSubject> = {}): Promise<PreparedDistiller> {
  return new FactorTransfer(await parseOptions(options, given, "distiller ft")).prepare({
    teacher: model([1, 2, 5]),
    student: model([1, 2, 3]),
    dataset: { classes: ["a", "b"], trainingSize: 2, labels: Int32Array.of(1, 0) },
    augmented: false,
    streams: createStreams(0),
    ...of,
  });
}

const dispose = ({ extras }: PreparedDistiller): void => Object.values(extras).forEach((extra) => extra.dispose());

describe("ft", () => {
  it.each([
    [{}, 240, 30, 0.01],
    [{}, 20, 3, 0.01],
    [{}, 1, 1, 0.01],
    [{}, undefined, 30, 0.01],
    [{ paraphraserEpochs: 4, paraphraserLearningRate: 0.05 }, 240, 4, 0.05],
  ])("with the options %j and %j epochs paraphrases for %j, at the rate %j", async (given, epochs, expected, learningRate) => {
    const prepared = await prepare(given, epochs === undefined ? {} : { epochs });
    expect(prepared.taps).toEqual({ teacher: ["map"], student: ["map"] });
    expect(prepared.stages).toEqual([
      {
        id: "paraphraser", trains: ["extras.paraphraser"], views: ["original"], roles: ["teacher"], losses: ["reconstruction.original"],
        epochs: expected, optimizer: { learningRate }, schedule: { id: "constant", warmupEpochs: 0 },
      },
      { id: "distill", trains: ["student", "extras.translator"], views: ["original"], losses: ["crossEntropy.original", "factor.original"] },
    ]);
    expect(["reconstruction.original", "crossEntropy.original", "factor.original"].map((term) => prepared.weight(term, { stage: "distill", epoch: 0, epochs: 1 }))).toEqual([1, 1, 200]);
    dispose(prepared);
  });

  it("has PyTorch's names, and a factor of half the teacher's channels, rounded down", async () => {
    const { extras } = await prepare();
    const shapes = (extra: string) => Object.fromEntries([...extras[extra]!.parameters()].filter(([name]) => name.endsWith("weight")).map(([name, { value }]) => [name, value.shape]));
    expect(shapes("paraphraser")).toEqual({
      "encoder.0.weight": [3, 3, 5, 5], "encoder.3.weight": [3, 3, 5, 2], "encoder.6.weight": [3, 3, 2, 2],
      "decoder.0.weight": [3, 3, 2, 2], "decoder.3.weight": [3, 3, 5, 2], "decoder.6.weight": [3, 3, 5, 5],
    });
    expect(shapes("translator")).toEqual({
      "encoder.0.weight": [3, 3, 3, 3], "encoder.1.weight": [3], "encoder.3.weight": [3, 3, 3, 2], "encoder.4.weight": [2],
      "encoder.6.weight": [3, 3, 2, 2], "encoder.7.weight": [2],
    });
    Object.values(extras).forEach((extra) => extra.dispose());
  });

  it("by hand: filters that pass their centre leave six leaky ReLUs, of which a negative value keeps a millionth", async () => {
    const before = tensorCount();
    const one = { teacher: model([1, 2, 1]), student: model([1, 2, 1]) };
    const prepared = await prepare({ paraphraseRate: 1 }, one);
    for (const [name, parameter] of prepared.extras["paraphraser"]!.parameters()) {
      const value = name.endsWith("bias") ? zeros([1]) : floats([0, 0, 0, 0, 1, 0, 0, 0, 0], [3, 3, 1, 1]);
      parameter.assign(value);
      value.dispose();
    }
    const [logits, map, labels] = [zeros([1, 2]), floats([3, -1], [1, 1, 2, 1]), integers([0], [1])];
    const terms = prepared.losses({ original: { teacher: { logits, taps: { map } } } }, { stage: "paraphraser", labels } as unknown as LossContext);
    expect(Object.keys(terms)).toEqual(["reconstruction.original"]);
    // -1 becomes -1e-6, 3 stays.
    expect(readNow(terms["reconstruction.original"]!)[0]).toBeCloseTo((1 - 1e-6) ** 2 / 2, 6);
    disposeAll([terms["reconstruction.original"]!, logits, map, labels]);
    dispose(prepared);
    expect(tensorCount()).toBe(before);
  });

  it("sends no gradient, and no NaN, from a factor that is 0 everywhere", async () => {
    const prepared = await prepare();
    for (const [, parameter] of prepared.extras["translator"]!.parameters()) {
      const value = zeros(parameter.value.shape);
      parameter.assign(value);
      value.dispose();
    }
    const [logits, map, own, labels] = [zeros([2, 2]), floats(Array.from({ length: 20 }, (_, place) => place - 7), [2, 1, 2, 5]), zeros([2, 1, 2, 3]), integers([0, 1], [2])];
    const { value, gradients } = inputGradients(
      ([given]) =>
        prepared.losses(
          { original: { teacher: { logits, taps: { map } }, student: { logits, taps: { map: given! } } } },
          { stage: "distill", labels } as unknown as LossContext,
        )["factor.original"]!,
      [own],
    );
    // |a| of length 1 against 0: the mean of the two places' shares.
    expect(readNow(value)[0]).toBeGreaterThan(0.49);
    expect([...readNow(gradients[0]!)]).toEqual(Array<number>(12).fill(0));
    disposeAll([value, ...gradients, logits, map, own, labels]);
    dispose(prepared);
  });

  it("refuses a teacher of so few channels that a factor has none, and says which share has", async () => {
    await expect(prepare({}, { teacher: model([4, 4, 1]) })).rejects.toMatchObject({
      code: "KDF_DISTILLER_MISFIT",
      explanation: { happened: expect.stringMatching(/0\.5 of the 1 channels of the teacher's tap map/), fix: expect.stringContaining("ft.paraphraseRate=1 ") },
    });
  });
});
