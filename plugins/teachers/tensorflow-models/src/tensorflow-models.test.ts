import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Teacher } from "@kdf/core";
import { disposeAll, floats, readNow, startReferenceEngine, tensorCount } from "@kdf/tensor";
import { MemoryRegistry } from "@kdf/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import plugin from "./index.js";
import { readMetaGraphs } from "./saved-model-signature.js";

/** Written by TensorFlow, with what it answers: scripts/make-fixtures.py. */
const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const cases = JSON.parse(readFileSync(fixture("cases.json"), "utf8")) as { images: number[]; logits: number[]; maps: number[] };
const fed = { mean: [0.5, 0.4, 0.3], std: [0.25, 0.2, 0.1] };

const directory = mkdtempSync(join(tmpdir(), "kdf-tensorflow-models-"));
afterAll(() => rmSync(directory, { recursive: true }));
beforeAll(async () => void (await startReferenceEngine()));

const teacher = (id: string, options: object): Promise<Teacher> => new MemoryRegistry([plugin]).create("teacher", id, options);
const distance = (got: ArrayLike<number>, expected: readonly number[]): number => Math.hypot(...expected.map((value, place) => value - got[place]!)) / Math.hypot(...expected);

/** Logits without the mean of each row, which a softmax does not see. */
function centred(values: ArrayLike<number>): number[] {
  return Array.from(values, (value, place) => {
    const row = Math.floor(place / 5) * 5;
    return value - Array.from({ length: 5 }, (_, at) => values[row + at]!).reduce((sum, each) => sum + each, 0) / 5;
  });
}

describe("answers as TensorFlow does, and leaves nothing", () => {
  it.each([
    ["layers-logits", {}],
    ["layers-softmax", {}],
    ["layers-activation", {}],
    ["layers-activation", { outputs: "probabilities" }],
    ["layers-open-size", { size: 8 }],
    ["graph-logits", {}],
    ["graph-softmax", fed],
  ])("%s with %j", async (name, options) => {
    const before = tensorCount();
    const opened = await (await teacher("tfjs-model", { file: join(fixture(name), "model.json"), ...options })).open();
    expect(opened.description).toMatchObject({ network: "model.json", classes: 5, input: { size: 8, channels: 3, ...fed } });
    const images = floats(Float32Array.from(cases.images), [3, 8, 8, 3]);
    const taps = name.startsWith("layers") ? ["maps", "pooled"] : [];
    const outputs = await opened.forward(images, { taps });
    expect(tensorCount()).toBeGreaterThan(before);
    expect(distance(readNow(outputs.logits), cases.logits)).toBeLessThan(1e-5);
    if (taps.length > 0) {
      expect(opened.description.taps).toMatchObject({ maps: [4, 4, 4], pooled: [4] });
      expect(outputs.taps["maps"]!.shape).toEqual([3, 4, 4, 4]);
      expect(distance(readNow(outputs.taps["maps"]!), cases.maps)).toBeLessThan(1e-5);
    }
    disposeAll([images, outputs.logits, ...Object.values(outputs.taps)]);
    opened.dispose();
    expect(tensorCount()).toBe(before);
  });
});

/** A copy of a model with another model.json. */
function changed(name: string, change: (json: any) => void): string {
  const folder = join(directory, `${name}-${Math.floor(performance.now() * 1000)}`);
  cpSync(fixture(name), folder, { recursive: true });
  const file = join(folder, "model.json");
  const json: unknown = JSON.parse(readFileSync(file, "utf8"));
  change(json);
  writeFileSync(file, JSON.stringify(json));
  return file;
}

it("takes the logarithm of what is said to be probabilities", async () => {
  // The softmax is hidden: the format shows a layer that it does not know to end in one.
  const file = changed("graph-softmax", (json) => {
    const nodes = json.modelTopology.node as { op: string; name: string; input?: string[]; attr?: object }[];
    const last = nodes.find(({ op }) => op === "Softmax")!;
    nodes.push({ name: "hidden", op: "Relu", input: [last.name], attr: { T: { type: "DT_FLOAT" } } });
    for (const node of nodes) if (node.op === "Identity" && node.input?.[0] === last.name) node.input = ["hidden"];
  });
  await expect((await teacher("tfjs-model", { file, ...fed })).open()).rejects.toMatchObject({ code: "KDF_TEACHER_UNSUITABLE", message: expect.stringContaining("--set tfjs-model.outputs=probabilities") as string });
  const opened = await (await teacher("tfjs-model", { file, ...fed, outputs: "probabilities" })).open();
  const images = floats(Float32Array.from(cases.images), [3, 8, 8, 3]);
  const { logits } = await opened.forward(images, { taps: [] });
  expect(distance(centred(readNow(logits)), centred(cases.logits))).toBeLessThan(1e-5);
  disposeAll([images, logits]);
  opened.dispose();
});

describe("refused, and nothing is left", () => {
  it.each([
    ["graph-softmax", () => undefined, {}, "nothing says the mean", "--set tfjs-model.mean=[0.5,0.5,0.5]"],
    ["layers-open-size", () => undefined, {}, "any number of pixels", "--set tfjs-model.size=32"],
    ["layers-softmax", () => undefined, { outputs: "logits" }, "ends in a softmax", "leave the option out"],
    ["layers-logits", () => undefined, { mean: [0] }, "its mean has 1 values for 3 channels", "--set tfjs-model.mean"],
    ["layers-logits", () => undefined, { output: "other" }, "none named other", "--set tfjs-model.output=scores"],
    ["layers-logits", (json: any) => void (json.modelTopology.model_config.config.layers[0].config.batch_input_shape = [2, 8, 8, 3]), {}, "fixed batch size 2", "without a batch size"],
    ["layers-logits", (json: any) => void (json.modelTopology.model_config.config.layers[1].class_name = "Mystery"), {}, "Mystery", "export the model again"],
    ["layers-logits", (json: any) => void (json.modelTopology.model_config.config.layers[0].config.batch_shape = [null, 8, 8, 3]), {}, "Keras 3 wrote its layers", "export the model again"],
    ["layers-logits", (json: any) => void (json.weightsManifest[0].paths[0] = "../evil.bin"), {}, "not beside it", "export the model again"],
    ["layers-logits", (json: any) => void json.weightsManifest[0].paths.push("more.bin"), {}, "more.bin is not there", "export the model again"],
    ["layers-logits", (json: any) => void json.weightsManifest[0].weights.pop(), {}, "and the weights are", "export the model again"],
    ["layers-logits", (json: any) => void (json.format = "other"), {}, "neither layers-model nor graph-model", "export the model again"],
    ["graph-logits", (json: any) => void json.modelTopology.node.forEach((node: any) => void (node.op = node.op === "Relu" ? "Mystery" : node.op)), {}, "Mystery", ""],
  ])("%s %#", async (name, change, options, problem, fix) => {
    const before = tensorCount();
    const file = changed(name, change);
    const error = await (await teacher("tfjs-model", { file, ...options })).open().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: expect.stringMatching(/KDF_(TEACHER_UNSUITABLE|MODEL_FILE_UNREADABLE)/) as string, explanation: { happened: expect.stringContaining(problem) as string, fix: expect.stringContaining(fix) as string } });
    expect(tensorCount()).toBe(before);
  });

  it.each(["model.json", "group1-shard2of3.bin"])("a file that is cut off: %s", async (name) => {
    const file = changed("layers-logits", () => undefined);
    truncateSync(join(file, "..", name), 20);
    await expect((await teacher("tfjs-model", { file })).open()).rejects.toMatchObject({ code: "KDF_MODEL_FILE_UNREADABLE" });
  });
});

it("inspection lists tensors and taps, and what is missing", async () => {
  const before = tensorCount();
  const inspect = async (id: string, options: object): Promise<unknown> => (await teacher(id, options)).inspect!();
  expect(await inspect("tfjs-model", { file: fixture("layers-softmax") })).toMatchObject({
    format: "TensorFlow.js Layers model",
    facts: { "generated by": "keras v2.15.0", "ends in": expect.stringContaining("softmax") as string },
    inputs: [{ name: "images", shape: [null, 8, 8, 3] }],
    taps: { maps: [4, 4, 4], pooled: [4] },
    classes: 5,
    missing: [],
    problems: [],
  });
  expect(await inspect("tfjs-model", { file: join(fixture("graph-softmax"), "model.json") })).toMatchObject({ format: "TensorFlow.js Graph model", outputs: [{ name: "Identity", shape: [null, 5], dtype: "float32" }], classes: 5, missing: ["mean", "std"], problems: [] });
  expect(tensorCount()).toBe(before);
});

describe("a SavedModel", () => {
  it("is read as TensorFlow's protocol has it", () => {
    const [graph] = readMetaGraphs(readFileSync(fixture("saved-model/saved_model.pb")));
    expect(graph).toMatchObject({ tags: ["serve"], version: expect.stringMatching(/^2[.]/) as string });
    expect(graph!.signatures["serving_default"]).toEqual({
      inputs: [{ key: "images", name: "serving_default_images:0", type: 1, shape: [null, 8, 8, 3] }],
      outputs: [{ key: "logits", name: expect.stringMatching(/^StatefulPartitionedCall(_\d+)?:0$/) as string, type: 1, shape: [null, 5] }],
    });
  });

  it("is refused by an engine without TensorFlow's library, with the way out", async () => {
    await expect((await teacher("saved-model", { file: fixture("saved-model"), ...fed })).open()).rejects.toMatchObject({ code: "KDF_TEACHER_UNSUITABLE", message: expect.stringContaining("kdf engine install tensorflow") as string });
  });

  it("is described without the library too, with what stands in the way", async () => {
    expect(await (await teacher("saved-model", { file: fixture("saved-model"), ...fed })).inspect!()).toMatchObject({
      inputs: [{ name: "images", shape: [null, 8, 8, 3], dtype: "float32" }],
      outputs: [{ name: "logits", shape: [null, 5] }],
      classes: 5,
      missing: [],
      problems: [expect.stringContaining("the engine (cpu) cannot run a SavedModel; npx kdf engine install tensorflow")],
    });
  });

  it("has another hash with other variables", async () => {
    const folder = join(directory, "other-variables");
    cpSync(fixture("saved-model"), folder, { recursive: true });
    const hash = async (): Promise<string | undefined> => (await (await teacher("saved-model", { file: folder })).inspect!()).facts["sha256"];
    const before = await hash();
    expect(await hash()).toBe(before);
    truncateSync(join(folder, "variables/variables.data-00000-of-00001"), 1000);
    expect(await hash()).not.toBe(before);
  });

  it.each([
    [{ signature: "other" }, "no signature other"],
    [{ tags: ["gpu"] }, "no graph with the tags gpu"],
  ])("lacks what is asked for: %j", async (options, problem) => {
    await expect((await teacher("saved-model", { file: fixture("saved-model"), ...fed, ...options })).open()).rejects.toMatchObject({ code: "KDF_TEACHER_UNSUITABLE", message: expect.stringContaining(problem) as string });
  });

  it("wherever saved_model.pb is cut off, it says so", () => {
    const whole = readFileSync(fixture("saved-model/saved_model.pb"));
    for (let length = 0; length < whole.length; length += 101) expect(() => readMetaGraphs(whole.subarray(0, length))).toThrow();
  });
});
