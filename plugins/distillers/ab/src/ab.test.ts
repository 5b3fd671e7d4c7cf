import { parseOptions, type DistillerSubject, type ModelDescription, type PreparedDistiller } from "@kdf/core";
import { createStreams, startReferenceEngine, tensorCount } from "@kdf/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { ActivationBoundaries, options } from "./ab.js";

beforeAll(startReferenceEngine);

const model = (taps: ModelDescription["taps"]): ModelDescription => ({
  network: "any", input: { size: 8, channels: 1, mean: [0], std: [1] }, classes: 3, taps,
});

/** As the networks of the zoo name theirs. */
const teacher = model({ f0: [8, 8, 2], f1: [4, 4, 3], pooled: [3], f0Preactivation: [8, 8, 2], f1Preactivation: [4, 4, 3], f2Preactivation: [2, 2, 5] });
const student = model({ f0: [8, 8, 2], f1: [4, 4, 3], f2: [2, 2, 4] });

async function prepare(given: object = {}, of: Partial<DistillerSubject> = {}): Promise<PreparedDistiller> {
  return new ActivationBoundaries(await parseOptions(options, given, "distiller ab")).prepare({
    teacher,
    student,
    dataset: { classes: ["a", "b", "c"], trainingSize: 2, labels: Int32Array.of(2, 0) },
    augmented: false,
    streams: createStreams(0),
    ...of,
  });
}

describe("ab", () => {
  it("pairs maps before their ReLU without the stem, and connects those of other shapes alone", async () => {
    const { taps, extras } = await prepare();
    expect(taps).toEqual({ teacher: ["f1Preactivation", "f2Preactivation"], student: ["f1", "f2"] });
    expect(Object.keys(extras)).toEqual(["connector1"]);
    expect([...extras["connector1"]!.parameters()].map(([name, { value }]) => [name, value.shape])).toEqual([
      ["conv.weight", [1, 1, 4, 5]], ["conv.bias", [5]], ["bn.weight", [5]], ["bn.bias", [5]],
    ]);
    extras["connector1"]!.dispose();
  });

  it.each([
    [{}, 240, 30],
    [{}, 480, 60],
    [{}, 3, 1],
    [{}, undefined, 30],
    [{ initialisationEpochs: 7 }, 240, 7],
  ])("with the options %j and %j epochs initialises for %j of its own", async (given, epochs, expected) => {
    const { stages, extras } = await prepare(given, epochs === undefined ? {} : { epochs });
    expect(stages).toEqual([
      {
        id: "initialise", trains: ["student", "extras"], views: ["original"], losses: ["activationBoundaries.original"],
        epochs: expected, schedule: { id: "constant", warmupEpochs: 0 },
      },
      { id: "distill", trains: ["student"], views: ["original"], roles: ["student"], losses: ["crossEntropy.original"] },
    ]);
    extras["connector1"]!.dispose();
  });

  it("trains the student alone where nothing has to be connected", async () => {
    const { stages, extras } = await prepare({}, { teacher: student });
    expect(extras).toEqual({});
    expect(stages[0]!.trains).toEqual(["student"]);
  });

  it("refuses maps that nothing connects, names the pair and leaves no tensor", async () => {
    const before = tensorCount();
    const large = model({ f0: [8, 8, 2], f1: [4, 4, 9], f2: [3, 3, 4] });
    await expect(prepare({}, { teacher: large })).rejects.toMatchObject({
      code: "KDF_DISTILLER_MISFIT",
      explanation: { happened: expect.stringMatching(/student's tap f2 of shape \[2, 2, 4\].*teacher's f2 of shape \[3, 3, 4\]/) },
    });
    expect(tensorCount()).toBe(before);
  });
});
