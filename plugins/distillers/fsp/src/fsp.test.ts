import { parseOptions, type DistillerSubject, type ModelDescription, type PreparedDistiller } from "@kdf/core";
import { createStreams } from "@kdf/tensor";
import { describe, expect, it } from "vitest";
import { FlowOfSolution, options } from "./fsp.js";

const model = (network: string, ...channels: readonly number[]): ModelDescription => ({
  network,
  input: { size: 8, channels: 1, mean: [0], std: [1] },
  classes: 2,
  taps: { ...Object.fromEntries(channels.map((count, place) => [`f${place}`, [8, 8, count]])), pooled: [channels.at(-1)!] },
});

async function prepare(given: object = {}, of: Partial<DistillerSubject> = {}): Promise<PreparedDistiller> {
  return new FlowOfSolution(await parseOptions(options, given, "distiller fsp")).prepare({
    teacher: model("deep", 2, 2, 4),
    student: model("shallow", 2, 2, 4),
    dataset: { classes: ["a", "b"], trainingSize: 2, labels: Int32Array.of(1, 0) },
    augmented: false,
    streams: createStreams(0),
    ...of,
  });
}

describe("fsp", () => {
  it.each([
    [{}, 240, 30],
    [{}, 2, 1],
    [{}, undefined, 30],
    [{ initialisationEpochs: 9 }, 16, 9],
  ])("with the options %j and %j epochs initialises for %j of its own, by all maps", async (given, epochs, expected) => {
    const { taps, stages, extras } = await prepare(given, epochs === undefined ? {} : { epochs });
    expect(taps).toEqual({ teacher: ["f0", "f1", "f2"], student: ["f0", "f1", "f2"] });
    expect(extras).toEqual({});
    expect(stages).toEqual([
      {
        id: "initialise", trains: ["student"], views: ["original"], losses: ["flow.original"],
        epochs: expected, schedule: { id: "constant", warmupEpochs: 0 },
      },
      { id: "distill", trains: ["student"], views: ["original"], roles: ["student"], losses: ["crossEntropy.original"] },
    ]);
  });

  it("refuses other numbers of channels and names the pairs that fit", async () => {
    await expect(prepare({}, { student: model("shallow", 2, 3, 4) })).rejects.toMatchObject({
      code: "KDF_DISTILLER_MISFIT",
      explanation: {
        happened: expect.stringContaining("the tap f1 of deep has 2 channels and f1 of shallow 3"),
        fix: expect.stringMatching(/--set "fsp\.taps=\[\{teacher: f0, student: f0\}, \{teacher: f2, student: f2\}\]".*resnet56 and resnet20/),
      },
    });
    await prepare({ taps: [{ teacher: "f0", student: "f0" }, { teacher: "f2", student: "f2" }] }, { student: model("shallow", 2, 3, 4) });
  });

  it("names no pairs where fewer than two fit", async () => {
    await expect(prepare({}, { student: model("shallow", 1, 3, 4) })).rejects.toMatchObject({
      explanation: { happened: expect.stringMatching(/f0 .*f1 /), fix: expect.stringMatching(/^choose networks/) },
    });
  });

  it("refuses a single pair: nothing lies between", async () => {
    const one = { teacher: model("deep", 2), student: model("shallow", 2) };
    await expect(prepare({}, one)).rejects.toMatchObject({
      code: "KDF_DISTILLER_MISFIT",
      explanation: { happened: expect.stringContaining("{teacher: f0, student: f0}") },
    });
  });
});
