import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import {
  createStreams,
  disposeAll,
  floats,
  globalAveragePool,
  multiply,
  readNow,
  scope,
  startReferenceEngine,
  sum,
  tensorCount,
  valueAndGradients,
  type Parameter,
  type Tensor,
} from "@kdf/tensor";
import { beforeAll, describe, expect, test } from "vitest";
import { BatchNormalization } from "./batch-normalization.js";
import { Convolution } from "./convolution.js";
import { toReference } from "./layout.js";
import { Linear } from "./linear.js";
import { Module } from "./module.js";
import { normalizedConvolution } from "./normalized-convolution.js";
import type { Pass } from "./pass.js";
import { decodeSafetensors, type StoredArray } from "./safetensors.js";
import { loadStateDict, stateDict } from "./state-dict.js";
import type { Weight } from "./weight.js";

/** The network of fixtures/modules.py. */
class Small extends Module {
  readonly grouped: Convolution;
  readonly norm: BatchNormalization;
  readonly depthwise: Convolution;
  readonly blocks: readonly (readonly [Convolution, BatchNormalization])[];
  readonly head: Linear;

  constructor() {
    super();
    const stream = createStreams(1).at("small");
    this.grouped = new Convolution({ inputs: 4, outputs: 6, size: 3, stride: 2, padding: 1, groups: 2, bias: true }, stream);
    this.norm = new BatchNormalization(6);
    this.depthwise = new Convolution({ inputs: 6, outputs: 12, size: 3, padding: 1, groups: 6 }, stream);
    this.blocks = [[new Convolution({ inputs: 12, outputs: 8, size: 1, bias: true }, stream), new BatchNormalization(8)]];
    this.head = new Linear({ inputs: 8, outputs: 5 }, stream);
  }

  forward(images: Tensor, pass: Pass): Tensor {
    return scope(() => {
      const x = normalizedConvolution(this.grouped, this.norm, images, pass, true);
      const y = normalizedConvolution(...this.blocks[0]!, this.depthwise.forward(x), pass, true);
      return this.head.forward(globalAveragePool(y));
    });
  }
}

const path = resolve(import.meta.dirname, "../fixtures/modules.safetensors");
const fixture = decodeSafetensors(readFileSync(path), path).tensors;
const part = (prefix: string): Map<string, StoredArray> =>
  new Map([...fixture].flatMap(([name, value]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [])));

const distance = (values: ArrayLike<number>, reference: ArrayLike<number>): number => {
  let squares = 0;
  for (let i = 0; i < reference.length; i += 1) squares += (values[i]! - reference[i]!) ** 2;
  return Math.sqrt(squares);
};
const norm = (values: ArrayLike<number>): number => distance(new Float64Array(values.length), values);
/** The parity rule (test/parity/README.md); float32's own error in PyTorch is below a third of its bound here. */
const expectEqual = (name: string, values: ArrayLike<number>, reference: ArrayLike<number>, scale = norm(reference)): void => {
  expect([name, values.length]).toEqual([name, reference.length]);
  expect(distance(values, reference) / scale, name).toBeLessThanOrEqual(1e-5);
};

const input = (name: string): Tensor => {
  const { data, shape } = fixture.get(name)!;
  return floats(Float32Array.from(data), shape);
};

beforeAll(async () => {
  await startReferenceEngine();
});

describe("against PyTorch", () => {
  const groupRows = [3, 2];

  test("names of the state dict, and which train", () => {
    const network = new Small();
    const names = [...network.parameters().keys()];
    expect(names.sort()).toEqual([...part("state.").keys()].sort());
    expect(names.filter((name) => network.parameters().get(name)!.trainable).sort()).toEqual(
      [...part("gradient.").keys()].sort(),
    );
  });

  test("a training pass: logits, gradients, running statistics, then evaluation; nothing leaks", async () => {
    const network = new Small();
    loadStateDict(network, part("state."), path);
    const images = input("images");
    const direction = input("direction");
    const trainable = new Map([...network.parameters()].filter(([, weight]) => weight.trainable)) as Map<string, Parameter>;
    const before = tensorCount();
    let logits: Float32Array | undefined;
    const { value, gradients } = valueAndGradients(() => {
      const outputs = network.forward(images, { training: true, groupRows });
      logits = readNow(outputs) as Float32Array;
      return sum(multiply(outputs, direction));
    }, trainable);
    expectEqual("logits", logits!, fixture.get("logits")!.data);
    for (const [name, { data, shape }] of part("gradient.")) {
      const weight = trainable.get(name) as Weight;
      const gradient = gradients.get(name)!;
      expect([name, weight.layout.referenceShape(gradient.shape)]).toEqual([name, shape]);
      // The norm takes these biases away again: their gradient is zero, so their weight's gives the scale.
      const cancelled = name === "grouped.bias" || name === "blocks.0.0.bias";
      const scale = cancelled ? norm(fixture.get(`gradient.${name.replace("bias", "weight")}`)!.data) : norm(data);
      expectEqual(name, toReference(readNow(gradient), gradient.shape, weight.layout), data, scale);
    }
    disposeAll([value, ...gradients.values()]);
    expect(tensorCount()).toBe(before);

    const after = await stateDict(network);
    for (const [name, { data, shape }] of part("after.")) {
      expect([name, after.get(name)!.shape]).toEqual([name, shape]);
      expectEqual(name, after.get(name)!.data, data);
    }
    expect(after.get("norm.num_batches_tracked")).toMatchObject({ dtype: "I64", data: Int32Array.of(5) });

    const evaluated = network.forward(images, { training: false, groupRows: [5] });
    expectEqual("evaluated", readNow(evaluated), fixture.get("evaluated")!.data);
    disposeAll([evaluated]);
    expect(tensorCount()).toBe(before);
    network.dispose();
    disposeAll([images, direction]);
    expect(tensorCount()).toBe(before - 2 - network.parameters().size);
  });
});

describe("batch norm", () => {
  test("one norm group after the other: two passes over halves leave the statistics that one grouped pass leaves", () => {
    const [together, apart] = [new BatchNormalization(4), new BatchNormalization(4)];
    const images = input("images");
    const halves = (rows: number, from: number): Tensor =>
      floats((readNow(images) as Float32Array).slice(from * 196, (from + rows) * 196), [rows, 7, 7, 4]);
    together.forward(images, { training: true, groupRows: [3, 2] });
    apart.forward(halves(3, 0), { training: true, groupRows: [3] });
    apart.forward(halves(2, 3), { training: true, groupRows: [2] });
    for (const [name, weight] of together.parameters()) {
      const other = [...readNow(apart.parameters().get(name)!.value)];
      readNow(weight.value).forEach((value, i) => expect(value, name).toBeCloseTo(other[i]!, 6));
    }
  });

  test("one value per channel is refused", () => {
    const x = floats([1, 2, 3, 4], [1, 1, 1, 4]);
    expect(() => new BatchNormalization(4).forward(x, { training: true, groupRows: [1] })).toThrow(
      expect.objectContaining({ code: "KDF_MODEL_MISMATCH" }),
    );
  });
});
