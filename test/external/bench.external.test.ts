import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Engine, Network } from "@kdf/core";
import { stateDict, type Weight } from "@kdf/nn";
import cifarZoo from "@kdf/plugin-cifar-zoo";
import wasm from "@kdf/plugin-wasm";
import { createStreams, crossEntropy, disposeAll, floats, integers, keep, readNow, valueAndGradients, type Parameter, type Tensor } from "@kdf/tensor";
import { studentPeer, type PeerModel } from "@kdf/trainer";
import { beforeAll, describe, expect, it } from "vitest";
import { boringExperiment, kdf, temporaryFolder } from "../e2e/kdf.js";
import { uniform } from "../parity/generator.js";
import { expectParity, relativeError } from "../parity/parity.js";
import { root } from "./cached.js";
import { parityPython } from "./python.js";

/** What `kdf bench --against pytorch` compares with must compute what kdf computes, or the ratio means nothing. */
let python: string;
beforeAll(async () => {
  python = await parityPython();
  await (wasm.provides.engine!["wasm"]!.create({}, undefined as never) as Engine).start();
});

/** Answers of the script, one for each question. */
async function asked(work: object, ...questions: readonly object[]): Promise<Record<string, any>[]> {
  const child = spawn(python, [join(root, "packages/cli/python/bench_peer.py")], { stdio: ["pipe", "pipe", "inherit"] });
  for (const line of [work, ...questions]) child.stdin.write(`${JSON.stringify(line)}\n`);
  child.stdin.end();
  const answers: Record<string, any>[] = [];
  for await (const line of createInterface({ input: child.stdout })) answers.push(JSON.parse(line) as Record<string, any>);
  return answers;
}

const base64 = ({ buffer, byteOffset, byteLength }: Float32Array | BigInt64Array): string => Buffer.from(buffer, byteOffset, byteLength).toString("base64");
const encoded = (model: PeerModel): object => ({
  ...model,
  constants: model.constants.map(({ name, shape, data }) => ({ name, shape, type: data instanceof Float32Array ? "float" : "int64", data: base64(data) })),
});
const doubles = (text: string): Float64Array => {
  const bytes = Buffer.from(text, "base64");
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
};

/** ‖float32 − float64‖ / ‖float64‖ */
function ownError(single: Float64Array, double: Float64Array): number {
  return relativeError(single as never, double as never);
}

/** Values of maps [B,H,W,C] as [B,C,H,W]. */
function channelsFirst(values: Float32Array, [rows, size, channels]: readonly [number, number, number]): Float32Array {
  const turned = new Float32Array(values.length);
  const area = size * size;
  for (let row = 0; row < rows; row += 1) {
    for (let pixel = 0; pixel < area; pixel += 1) {
      for (let channel = 0; channel < channels; channel += 1) turned[(row * channels + channel) * area + pixel] = values[(row * area + pixel) * channels + channel]!;
    }
  }
  return turned;
}

describe.each([
  { id: "resnet8", size: 28, channels: 1 },
  { id: "vgg8", size: 28, channels: 1 },
  { id: "shufflev2", size: 32, channels: 3 },
])("the interpreter of graphs, on $id", ({ id, size, channels }) => {
  const rows = 4;
  const classes = 7;

  it("gives kdf's logits in evaluation, and its logits and gradients in training", async () => {
    const perChannel = Array<number>(channels).fill(0);
    const network = (await cifarZoo.provides.network![id as never]!.create({} as never, {} as never)) as unknown as Network;
    const model = network.build({ input: { size, channels, mean: perChannel, std: perChannel }, classes }, createStreams(1).at("weights"));
    const student = encoded(await studentPeer(model));
    const pixels = uniform(id, [rows, size, size, channels], 1);
    const images = floats(pixels, [rows, size, size, channels]);
    const labels = [0, 3, 6, 2];
    const question = { labels, images: base64(channelsFirst(pixels, [rows, size, channels])) };
    const [evaluated, trained] = await asked({ student, threads: 1 }, { check: { ...question, training: false } }, { check: { ...question, training: true } });

    const compare = (what: string, ours: ArrayLike<number>, single: string, double: string): void => {
      const reference = doubles(double);
      expectParity(what, ours, reference as never, ownError(doubles(single), reference));
    };
    const { logits } = model.forward(images, { training: false });
    compare("logits in evaluation", readNow(logits), evaluated!.float32.logits, evaluated!.float64.logits);

    const parameters = model.parameters() as ReadonlyMap<string, Weight>;
    const trainable = new Map([...parameters].filter(([, weight]) => weight.trainable)) as Map<string, Parameter>;
    let learning: Tensor | undefined;
    const { value, gradients } = valueAndGradients(() => {
      learning = keep(model.forward(images, { training: true }).logits as Tensor);
      return crossEntropy(learning, integers(labels, [rows]));
    }, trainable);
    compare("logits in training", readNow(learning!), trained!.float32.logits, trained!.float64.logits);
    // In PyTorch's layout, by the model's own way out.
    const stored = await stateDict({
      parameters: () => new Map([...gradients].map(([name, gradient]) => [name, { value: gradient, layout: parameters.get(name)!.layout, trainable: true, assign: () => undefined }])),
      dispose: () => undefined,
    });
    expect(Object.keys(trained!.float64.gradients as object).sort()).toEqual([...stored.keys()].sort());
    for (const [name, { data }] of stored) compare(`gradient of ${name}`, data as Float32Array, trained!.float32.gradients[name], trained!.float64.gradients[name]);
    disposeAll([images, logits, learning!, value, ...gradients.values()]);
    model.dispose();
  });
});

it("an operation that the interpreter does not know is named", async () => {
  const student = { nodes: [{ operation: "Erf", inputs: ["images"], outputs: ["logits"], attributes: {} }], constants: [], input: { size: 8, channels: 1 }, trained: [] };
  const [answer] = await asked({ student, threads: 1 }, { check: { labels: [0], images: base64(new Float32Array(64)), training: false } });
  expect(answer).toEqual({ error: "the operation Erf" });
});

describe("kdf bench --against pytorch", () => {
  it("compares whole steps in turns, and says with what", async () => {
    const folder = temporaryFolder();
    try {
      const experiment = boringExperiment(folder.path, { distiller: "kd", metrics: ["boring-accuracy"] });
      const finished = await kdf("bench", ...experiment, "--plugin", "cutmixpick", "--steps", "4", "--against", "pytorch", "--no-compile", "--python", python, "--json");
      expect(finished.code, finished.messages).toBe(0);
      const { comparisons, notes } = JSON.parse(finished.output) as { comparisons: Record<string, any>[]; notes: string[] };
      expect(notes).toEqual([]);
      expect(comparisons).toEqual([expect.objectContaining({ peer: "pytorch-eager", compared: "step", threads: 1, device: "cpu", torch: expect.stringMatching(/^2\./) })]);
      const { ours, theirs, ratio, rounds } = comparisons[0]!;
      expect(rounds).toHaveLength(4);
      expect(ours).toBeGreaterThan(0);
      expect(ratio).toBeCloseTo(theirs / ours, 9);

      const unknown = await kdf("bench", ...experiment, "--plugin", "cutout", "--steps", "1", "--against", "pytorch", "--no-compile", "--python", python, "--json");
      const other = JSON.parse(unknown.output) as { comparisons: Record<string, any>[]; notes: string[] };
      expect(other.comparisons[0]).toMatchObject({ compared: "models" });
      expect(other.notes).toEqual([expect.stringContaining("does not make cutout as kdf does: the models' part alone is compared")]);
    } finally {
      folder.remove();
    }
  });
});
