import { parseOptions, type DistillerSubject, type ModelDescription, type PreparedDistiller } from "@kdf/core";
import { createStreams, readNow, startReferenceEngine, type Parameter } from "@kdf/tensor";
import { beforeAll, expect, it } from "vitest";
import { options, VariationalInformationDistillation } from "./vid.js";

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
const make = async (given: object = {}) => new VariationalInformationDistillation(await parseOptions(options, given, "distiller vid"));
const release = ({ extras }: PreparedDistiller): void => Object.values(extras).forEach((extra) => extra.dispose());

/** Another width for each layer's bounds to tell. */
const two = subject(
  model({ stem: [8, 8, 2], middle: [4, 4, 30], end: [2, 2, 4], pooled: [4] }, 1000),
  model({ f0: [8, 8, 1], f1: [8, 8, 7], f2: [4, 4, 11] }),
);

it("predicts each stage's map: convolutions without biases, as PyTorch's begin, and variances of 5", async () => {
  const prepared = (await make()).prepare(two);
  expect(prepared.taps).toEqual({ teacher: ["middle", "end"], student: ["f1", "f2"] });
  expect(prepared.stages[0]!.trains).toEqual(["student", "extras"]);
  expect(Object.keys(prepared.extras)).toEqual(["prediction0", "prediction1"]);
  for (const [extra, widths] of [["prediction0", [7, 30, 30, 30]], ["prediction1", [11, 4, 4, 4]]] as const) {
    const parameters = prepared.extras[extra]!.parameters() as ReadonlyMap<string, Parameter>;
    expect([...parameters.keys()]).toEqual(["regressor.0.weight", "regressor.2.weight", "regressor.4.weight", "log_scale"]);
    for (const place of [0, 1, 2]) {
      const weight = parameters.get(`regressor.${2 * place}.weight`)!;
      expect(weight.shape).toEqual([1, 1, widths[place], widths[place + 1]]);
      const bound = 1 / Math.sqrt(widths[place]!);
      const largest = Math.max(...[...readNow(weight.value)].map(Math.abs));
      expect(largest).toBeLessThanOrEqual(bound);
      expect(largest).toBeGreaterThan(0.75 * bound);
    }
    const scales = [...readNow(parameters.get("log_scale")!.value)];
    expect(scales.length).toBe(widths[3]);
    for (const scale of scales) expect(Math.log(1 + Math.exp(scale)) + 1e-5).toBeCloseTo(5, 6);
  }
  release(prepared);
});

it("draws other weights for each stage", async () => {
  const prepared = (await make({ taps: [{ teacher: "end", student: "f2" }, { teacher: "end", student: "f2" }] })).prepare(two);
  const [first, second] = ["prediction0", "prediction1"].map((extra) => [...readNow(prepared.extras[extra]!.parameters().get("regressor.0.weight")!.value)]);
  expect(first).not.toEqual(second);
  release(prepared);
});

it("weighs 1 and 1, or by option", async () => {
  const weights = async (given: object): Promise<number[]> => {
    const prepared = (await make(given)).prepare(two);
    release(prepared);
    return prepared.stages[0]!.losses.map((term) => prepared.weight(term, { stage: "distill", epoch: 0, epochs: 1 }));
  };
  expect(await weights({})).toEqual([1, 1]);
  expect(await weights({ weights: { crossEntropy: 0.5, information: 3 } })).toEqual([0.5, 3]);
});
