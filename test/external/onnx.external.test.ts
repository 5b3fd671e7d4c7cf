import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Model, ModelOutputs, Network, PluginContext, RandomStream, Teacher, TeacherModel, TensorLike } from "@kdf/core";
import { encodeWeights, exportOnnx, loadStateDict, openTeacher, stateDict, type Exportable } from "@kdf/nn";
import zoo from "@kdf/plugin-cifar-zoo";
import imagenetZoo from "@kdf/plugin-imagenet-zoo";
import onnx from "@kdf/plugin-onnx";
import wasm from "@kdf/plugin-wasm";
import {
  add,
  averagePool,
  clip,
  concatenate,
  convolution,
  createStreams,
  depthwiseConvolution,
  detach,
  disposeAll,
  divide,
  expandDimension,
  floats,
  globalAveragePool,
  matrixMultiply,
  maximum,
  maximumPool,
  minimum,
  multiply,
  readNow,
  rectifiedLinear,
  rectifiedLinear6,
  reshape,
  scope,
  sigmoid,
  split,
  squeeze,
  subtract,
  tensorCount,
  transpose,
  type Tensor,
} from "@kdf/tensor";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { boringExperiment, errorCode, repository, startKdf, temporaryFolder, type Finished } from "../e2e/kdf.js";
import { root, run } from "./cached.js";
import { newerReleases, nodeRelease } from "./node-release.js";
import { onnxInstallation } from "./onnx-installation.js";
import { pythonWith } from "./python.js";

const folder = temporaryFolder();
afterAll(() => folder.remove());
const fixtures = join(repository, "plugins/teachers/onnx/fixtures");
let cacheDirectory: string;
beforeAll(async () => {
  cacheDirectory = await onnxInstallation();
  const engine = await wasm.provides.engine!["wasm"]!.create({ threads: 1 }, {} as PluginContext);
  await engine.start();
});

const kdfIn = (cache: string, ...parameters: string[]): Promise<Finished> => startKdf(parameters, repository, ["env", `KDF_CACHE_DIR=${cache}`]).finished;
const kdf = (...parameters: string[]): Promise<Finished> => kdfIn(cacheDirectory, ...parameters);

function teacher(options: object = {}): Teacher {
  const { options: schema, create } = onnx.provides.teacher!["onnx"]!;
  const parsed = schema["~standard"].validate(options) as { readonly value: object };
  return create(parsed.value, { cacheDirectory } as PluginContext) as Teacher;
}

/** ‖got − expected‖ / ‖expected‖ */
const distance = (got: ArrayLike<number>, expected: ArrayLike<number>): number =>
  Math.hypot(...Array.from(expected, (value, place) => value - got[place]!)) / Math.hypot(...Array.from(expected));

async function logitsOf(model: TeacherModel, values: ArrayLike<number>, shape: readonly number[]): Promise<number[]> {
  const images = floats(Float32Array.from(values), shape);
  const before = tensorCount();
  const { logits } = await model.forward(images, { taps: [] });
  expect(tensorCount()).toBe(before + 1);
  const numbers = [...readNow(logits)];
  disposeAll([logits, images]);
  return numbers;
}

const someImages = (rows: number, size: number, channels: number): Float32Array => {
  const stream = createStreams(5).at("images");
  return Float32Array.from({ length: rows * size * size * channels }, () => stream.normal());
};

describe("kdf engine install onnx", () => {
  it("installs from npm, also where two start at once", () => {
    const [first, second] = (JSON.parse(readFileSync(join(cacheDirectory, "finished.json"), "utf8")) as Finished[]).map(({ output }) => JSON.parse(output) as { details: Record<string, string> });
    expect(first!.details).toMatchObject({ package: "onnxruntime-node", version: "1.30.0", providers: expect.stringContaining("cpu") as string });
    expect(first!.details["installed"]).toBe(second!.details["installed"]);
    expect(readdirSync(join(cacheDirectory, "engines"))).toEqual(["onnx"]);
    const platforms = readdirSync(join(cacheDirectory, "engines/onnx/node_modules/onnxruntime-node/bin/napi-v6"));
    expect(platforms).toEqual([process.platform]);
  });

  it("is verified, refused where damaged, mended and removed", async () => {
    const harmed = join(folder.path, "harmed");
    cpSync(join(cacheDirectory, "engines"), join(harmed, "engines"), { recursive: true });
    const entry = join(harmed, "engines/onnx/node_modules/onnxruntime-node/dist/index.js");
    appendFileSync(entry, "// changed");
    const verified = await kdfIn(harmed, "engine", "verify", "onnx", "--json");
    expect([verified.code, (JSON.parse(verified.output) as { problem: string }).problem]).toEqual([1, expect.stringContaining("index.js has")]);
    const refused = await kdfIn(harmed, "train", "--teacher-engine", "onnx", "--run-dir", join(folder.path, "never"), "--json");
    expect([refused.code, errorCode(refused)]).toEqual([2, "KDF_RUNTIME_NOT_INSTALLED"]);
    expect(refused.output).toContain("npx kdf engine install onnx");
    expect((await kdfIn(harmed, "engine", "install", "onnx", "--json")).code).toBe(0);
    expect((await kdfIn(harmed, "engine", "verify", "onnx", "--json")).code).toBe(0);
    expect((await kdfIn(harmed, "engine", "remove", "onnx", "--json")).code).toBe(0);
    expect(readdirSync(join(harmed, "engines"))).toEqual([]);
  });

  it("fails with npm's words where there is no such version, and leaves nothing", async () => {
    const empty = join(folder.path, "empty");
    const failed = await kdfIn(empty, "engine", "install", "onnx", "--set", "version=0.0.99", "--json");
    expect([failed.code, errorCode(failed)]).toEqual([1, "KDF_INSTALLATION_FAILED"]);
    expect(failed.output).toContain("onnxruntime-node@0.0.99");
    expect(readdirSync(join(empty, "engines"))).toEqual([]);
  });
});

describe("a model of onnx's own making", () => {
  const cases = JSON.parse(readFileSync(join(fixtures, "cases.json"), "utf8")) as Record<string, { images: number[]; logits: number[] }>;

  it.each(Object.entries(cases))("%s answers as onnx's reference evaluator", async (name, { images, logits }) => {
    const normalisation = name === "no-normalisation" ? { mean: [0, 0, 0], std: [1, 1, 1] } : {};
    const model = await teacher({ file: join(fixtures, `${name}.onnx`), ...normalisation }).open();
    expect(model.description).toMatchObject({ classes: 5, taps: {}, input: { size: 8, channels: 3 } });
    expect(distance(await logitsOf(model, images, [3, 8, 8, 3]), logits)).toBeLessThan(1e-6);
    model.dispose();
  });

  it.each([
    ["unknown-operation", {}, "KDF_ONNX_REFUSED", "Mystery"],
    ["not-a-number", {}, "KDF_TEACHER_NOT_FINITE", "10 of 10 logits"],
    ["one-row", {}, "KDF_ONNX_UNSUITABLE", "for two images it answers [1,8]"],
    ["classifier", { providers: ["cuda"] }, "KDF_ONNX_REFUSED", "Cuda"],
  ])("%s with %j is refused", async (name, options, code, words) => {
    await expect(teacher({ file: join(fixtures, `${name}.onnx`), ...options }).open()).rejects.toMatchObject({
      code,
      explanation: { happened: expect.stringContaining(words) as string },
    });
  });

  it("whose values become no numbers later stops with its name", async () => {
    const model = await teacher({ file: join(fixtures, "classifier.onnx") }).open();
    const images = floats(new Float32Array(8 * 8 * 3).fill(Infinity), [1, 8, 8, 3]);
    await expect(model.forward(images, { taps: [] }) as Promise<ModelOutputs>).rejects.toMatchObject({ code: "KDF_TEACHER_NOT_FINITE" });
    images.dispose();
    model.dispose();
  });
});

describe("kdf train --teacher onnx: refused, and nothing is written", () => {
  it.each([
    ["two-inputs.onnx", "KDF_ONNX_UNSUITABLE", "images, more"],
    ["fixed-batch.onnx", "KDF_ONNX_UNSUITABLE", "dynamic batch"],
    ["classifier.onnx", "KDF_MODEL_MISMATCH", "5 classes"],
    ["unknown-operation.onnx", "KDF_ONNX_REFUSED", "Mystery"],
    ["not-a-number.onnx", "KDF_TEACHER_NOT_FINITE", "finite logits"],
    ["no-normalisation.onnx", "KDF_ONNX_UNSUITABLE", "--set onnx.mean="],
    ["cut.onnx", "KDF_ONNX_UNREADABLE", "it is cut off"],
    ["nowhere.onnx", "KDF_ONNX_UNREADABLE", "no such file"],
  ])("%s", async (name, code, words) => {
    const models = join(folder.path, "models");
    cpSync(fixtures, models, { recursive: true });
    cpSync(join(fixtures, "classifier.onnx"), join(models, "cut.onnx"));
    truncateSync(join(models, "cut.onnx"), 700);
    const directory = join(folder.path, "never");
    const refused = await kdf("train", "--teacher", "onnx", "--set", `onnx.file=${join(models, name)}`, "--run-dir", directory, "--json");
    expect([refused.code, errorCode(refused)]).toEqual([2, code]);
    expect(refused.output).toContain(words);
    expect(readdirSync(folder.path)).not.toContain("never");
  });
});

interface Told {
  readonly opset: readonly (readonly [string, number])[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly constants: readonly string[];
}

/** Of imagenet-zoo those that have all that cifar-zoo has not: a maximum pool with padding, ReLU6. */
const networks = {
  ...zoo.provides.network!,
  ...Object.fromEntries(["imagenet_resnet18", "imagenet_mobilenetv2"].map((id) => [id, imagenetZoo.provides.network![id]!])),
};

describe("every network of the zoo", () => {
  const models = join(folder.path, "zoo");
  const input = { size: 32, channels: 3, mean: [0.5, 0.4, 0.3], std: [0.2, 0.3, 0.25] };
  const ids = Object.keys(networks);

  it.each(ids)("%s gives in ONNX Runtime the logits that it gives in the engine", async (id) => {
    mkdirSync(models, { recursive: true });
    const model = await fitted(id, input);
    writeFileSync(join(models, `${id}.onnx`), await exportOnnx(model));
    const opened = await teacher({ file: join(models, `${id}.onnx`) }).open();
    expect(opened.description).toMatchObject({ network: id, classes: 10, input });
    const images = someImages(4, 32, 3);
    const own = floats(images, [4, 32, 32, 3]);
    const expected = scope(() => model.forward(own, { training: false }) as never) as ModelOutputs;
    expect(distance(await logitsOf(opened, images, [4, 32, 32, 3]), readNow(expected.logits))).toBeLessThan(1e-5);
    disposeAll([own, expected.logits]);
    opened.dispose();
    model.dispose();
  });

  it("passes onnx's checker, and names opset, classes, normalisation and PyTorch's weights", async () => {
    const told = JSON.parse(await run(await pythonWith("test/external/onnx-requirements.txt"), [join(root, "test/external/check-onnx.py"), models])) as Record<string, Told>;
    expect(Object.keys(told).sort()).toEqual([...ids].sort());
    for (const [id, { opset, metadata, constants }] of Object.entries(told)) {
      expect(opset).toEqual([["", 17]]);
      expect(metadata).toMatchObject({ network: id, classes: "10", size: "32", channels: "3", mean: "[0.5,0.4,0.3]", std: "[0.2,0.3,0.25]", layout: "NCHW" });
      const model = await built(id, input, noDraws);
      const expected = [...model.parameters().keys()].filter((name) => !name.endsWith("num_batches_tracked"));
      // What else is constant are sizes and bounds that its operations name.
      expect(constants.filter((name) => !/^(sizes|number)_/.test(name)).sort()).toEqual(expected.sort());
      model.dispose();
    }
  });
});

async function built(id: string, input: Model["description"]["input"], stream: RandomStream): Promise<Model> {
  const network = (await networks[id]!.create({}, {} as PluginContext)) as Network;
  return network.build({ input, classes: 10 }, stream);
}

/** Where the names of weights matter and their values do not, drawing millions of them would take the most time. */
const noDraws = { uniform: () => 0, normal: () => 0 } as RandomStream;

/** Weights and running statistics as of a trained network: none of them at its neutral value. */
async function fitted(id: string, input: Model["description"]["input"]): Promise<Model> {
  const model = await built(id, input, createStreams(3).at("weights"));
  const stream = createStreams(4).at("statistics");
  const changed = [...(await stateDict(model))].map(([name, array]) => {
    if (array.shape.length !== 1 || array.dtype !== "F32") return [name, array] as const;
    const isPositive = name.endsWith("weight") || name.endsWith("running_var");
    return [name, { ...array, data: Float32Array.from(array.data as Float32Array, () => (isPositive ? 0.75 + 0.5 * stream.uniform() : 0.2 * stream.normal())) }] as const;
  });
  loadStateDict(model, new Map(changed) as Parameters<typeof loadStateDict>[1], id);
  return model;
}

describe("each operation that has a form in ONNX", () => {
  /** A constant of this shape. */
  type Draw = (...shape: number[]) => Tensor;
  /** Draws that are the same in every pass: the one that is recorded and the one that it is compared with. */
  function drawing(): Draw {
    const stream = createStreams(6).at("constants");
    return (...shape) => floats(Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, () => stream.normal()), shape);
  }
  const flat = (x: TensorLike): Tensor => reshape(x, [x.shape[0]!, x.shape.slice(1).reduce((product, size) => product * size, 1)]);
  const shuffled = (x: Tensor): Tensor => reshape(transpose(reshape(x, [x.shape[0]!, 6, 6, 2, 2]), [0, 1, 2, 4, 3]), [x.shape[0]!, 6, 6, 4]);
  /** x [B,6,6,4] -> logits */
  const cases: Record<string, (x: Tensor, draw: Draw) => TensorLike> = {
    "a grouped convolution with stride": (x, draw) => flat(convolution(x, draw(3, 3, 2, 6), { stride: 2, padding: 1, groups: 2 })),
    "a depthwise convolution": (x, draw) => flat(depthwiseConvolution(x, draw(3, 3, 4, 2), { padding: 1 })),
    "pools": (x) => flat(concatenate([maximumPool(x, 3), averagePool(x, 3, 3)], 3)),
    "a maximum pool with padding": (x) => flat(maximumPool(subtract(x, 9), 3, 2, 1)),
    "a ReLU6": (x) => flat(rectifiedLinear6(multiply(x, 6))),
    "an average pool with padding": (x) => flat(averagePool(x, 3, 2, 1)),
    "constants broadcast against maps": (x, draw) => flat(add(multiply(subtract(x, 0.5), draw(4)), draw(6, 1, 4))),
    "a gate of channels": (x) => flat(multiply(x, sigmoid(expandDimension(expandDimension(globalAveragePool(x), 1), 1)))),
    "minimum, maximum, clip and division": (x) => flat(divide(maximum(minimum(x, 0.9), clip(x, -0.2, 0.3)), 3)),
    "channels shuffled": (x) => flat(shuffled(x)),
    "channels shuffled, split and joined": (x, draw) => {
      const [left, right] = split(shuffled(x), [1, 3], -1);
      return flat(concatenate([rectifiedLinear(right!), convolution(left!, draw(1, 1, 1, 2)), x], 3));
    },
    "rows and columns joined": (x) => flat(concatenate([concatenate([x, x], 1), concatenate([x, x], 1)], 2)),
    "vectors": (x, draw) => add(matrixMultiply(detach(squeeze(expandDimension(globalAveragePool(x), 1), [1])), draw(4, 3)), draw(3)),
  };

  it.each(Object.entries(cases))("%s", async (name, body) => {
    const forward = (x: TensorLike): ModelOutputs => scope(() => ({ logits: body(x as Tensor, drawing()) as Tensor, taps: {} })) as ModelOutputs;
    const images = someImages(3, 6, 4);
    const own = floats(images, [3, 6, 6, 4]);
    const expected = forward(own).logits as Tensor;
    const input = { size: 6, channels: 4, mean: [0, 0, 0, 0], std: [1, 1, 1, 1] };
    const model: Exportable = { description: { network: "case", input, classes: expected.shape[1]!, taps: {} }, forward };
    const file = join(folder.path, `${name}.onnx`);
    writeFileSync(file, await exportOnnx(model));
    const opened = await teacher({ file }).open();
    expect(distance(await logitsOf(opened, images, [3, 6, 6, 4]), readNow(expected))).toBeLessThan(1e-6);
    opened.dispose();
    disposeAll([own, expected]);
  });
});

describe("--teacher-engine onnx", () => {
  const weights = join(folder.path, "teacher.safetensors");
  beforeAll(async () => {
    const model = await fitted("resnet20", { size: 28, channels: 1, mean: [0.286], std: [0.353] });
    writeFileSync(weights, await encodeWeights(model, { dataset: "fashion-mnist" }));
    model.dispose();
  });

  it("gives the logits of the engine", async () => {
    const createNetwork = (id: string): Network => zoo.provides.network![id]!.create({}, {} as PluginContext) as Network;
    const own = await openTeacher({ file: weights, createNetwork });
    const images = someImages(16, 28, 1);
    const expected = await logitsOf(own, images, [16, 28, 28, 1]);
    const before = tensorCount();
    const adopted = await teacher().adopt!(own);
    expect(tensorCount()).toBeLessThan(before);
    expect(adopted.description).toMatchObject({ network: "resnet20", classes: 10, taps: {} });
    expect(adopted.provenance).toMatchObject({ dataset: "fashion-mnist", file: "teacher.safetensors", runtime: expect.stringContaining("ONNX Runtime 1.30.0 on cpu") as string });
    expect(distance(await logitsOf(adopted, images, [16, 28, 28, 1]), expected)).toBeLessThan(1e-5);
    adopted.dispose();
  });

  it("trains on wasm to the same weights in turn and ahead, close to those of the engine's own teacher, and resumes", async () => {
    const experiment = boringExperiment(folder.path, { distiller: "kd", engine: "wasm", metrics: ["boring-accuracy"], checkpointEverySteps: 0 });
    const train = async (name: string, ...more: string[]): Promise<{ weights: Buffer; losses: number[]; directory: string }> => {
      const directory = join(folder.path, name);
      const trained = await kdf("train", "--plugin", "cutmixpick", ...experiment, ...more, "--run-dir", directory, "--json");
      expect(trained.code, trained.messages).toBe(0);
      return { weights: readFileSync(join(directory, "checkpoints/last", studentFile(directory))), losses: lossesOf(directory), directory };
    };
    const ahead = await train("ahead", "--teacher-engine", "onnx");
    const inTurn = await train("in-turn", "--teacher-engine", "onnx", "--set", "onnx.prefetch=0");
    const own = await train("own");
    expect(inTurn.weights.equals(ahead.weights)).toBe(true);
    expect(inTurn.losses).toEqual(ahead.losses);
    // Of the first step the student is the same: what differs is the rounding of the teacher's logits.
    expect(Math.abs(ahead.losses[0]! - own.losses[0]!) / own.losses[0]!).toBeLessThan(1e-5);
    const record = JSON.parse(readFileSync(join(ahead.directory, "run.json"), "utf8")) as { teacher: Record<string, string>; configuration: { teacherEngine: string } };
    expect(record.configuration.teacherEngine).toBe("onnx");
    expect(record.teacher).toMatchObject({ dataset: "boring", runtime: expect.stringContaining("ONNX Runtime") as string });
    const resumed = await kdf("train", "--resume", ahead.directory, "--json");
    expect(resumed.code, resumed.messages).toBe(0);
  });

  it("ranks as the engine does", async () => {
    const rank = async (...more: string[]): Promise<Record<string, number>> => {
      const { output, code, messages } = await kdf("rank", "--augmenters", "cutmix,mixup", "--steps", "12", "--teacher", weights, ...more, "--json");
      expect(code, messages).toBe(0);
      return Object.fromEntries((JSON.parse(output) as { rows: { augmenter: string; results: { tStddev: number } }[] }).rows.map(({ augmenter, results }) => [augmenter, results.tStddev]));
    };
    const [own, onnxs] = [await rank(), await rank("--teacher-engine", "onnx")];
    for (const [augmenter, value] of Object.entries(own)) expect(onnxs[augmenter]! / value).toBeCloseTo(1, 4);
  });

  it.each(newerReleases)("runs on Node %s", async (release) => {
    const node = await nodeRelease(release);
    const parameters = [join(root, "packages/cli/bin/kdf.js"), "train", "--teacher", weights, "--teacher-engine", "onnx", "--student", "resnet8", "--dry-run", "--json"];
    expect(JSON.parse(await run("env", [`KDF_CACHE_DIR=${cacheDirectory}`, node, ...parameters]))).toHaveProperty("dryRun");
  });
});

const studentFile = (directory: string): string => readdirSync(join(directory, "checkpoints/last")).find((name) => name.startsWith("student-"))!;

function lossesOf(directory: string): number[] {
  const lines = readFileSync(join(directory, "metrics.jsonl"), "utf8").trimEnd().split("\n").map((line) => JSON.parse(line) as { type: string; total: number });
  return lines.filter(({ type }) => type === "step").map(({ total }) => total);
}
