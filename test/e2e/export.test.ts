import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeOnnx } from "@kdf/nn";
import { afterAll, describe, expect, it } from "vitest";
import { boringExperiment, errorCode, kdf, processorSeconds, repository, startKdf, temporaryFolder, timed } from "./kdf.js";

const folder = temporaryFolder();
afterAll(() => folder.remove());
const teacherWeights = join(repository, "plugins/teachers/fashion-mnist-teacher/weights/resnet14.safetensors");

describe("kdf export", () => {
  it("writes the best checkpoint of a run, with its classes, normalisation and origin", async () => {
    const run = join(folder.path, "run");
    const trained = await kdf("train", ...boringExperiment(folder.path), "--run-dir", run, "--json");
    expect(trained.code, trained.messages).toBe(0);
    const out = join(folder.path, "student.onnx");
    const { code, output, messages } = await kdf("export", run, ...boringExperiment(folder.path), "--format", "onnx", "--out", out, "--json");
    expect(code, messages).toBe(0);
    const told = JSON.parse(output) as { file: string; bytes: number; provenance: { file: string; sha256: string } };
    expect(told).toMatchObject({ file: out, format: "onnx", opset: 17, bytes: readFileSync(out).length });
    const { inputs, outputs, opset, metadata } = describeOnnx(readFileSync(out), out);
    expect({ opset, inputs: inputs.map(({ name }) => name), outputs: outputs.map(({ name }) => name) }).toEqual({ opset: 17, inputs: ["images"], outputs: ["logits"] });
    expect(metadata).toMatchObject({ dataset: "boring", layout: "NCHW", source: told.provenance.file, sourceSha256: told.provenance.sha256 });
    const best = readdirSync(join(run, "checkpoints/best")).find((name) => name.startsWith("student-"));
    expect(metadata["source"]).toBe(best);
  });

  it("replaces a file with --force alone, and then to the same bytes", async () => {
    const out = join(folder.path, "teacher.onnx");
    const write = (...more: string[]) => kdf("export", "fashion-mnist-teacher", "--out", out, "--json", ...more);
    expect((await write()).code).toBe(0);
    const bytes = readFileSync(out);
    const again = await write();
    expect([again.code, errorCode(again)]).toEqual([2, "KDF_OUTPUT_UNUSABLE"]);
    expect(again.output).toContain("--force");
    writeFileSync(out, "something else");
    expect((await write("--force")).code).toBe(0);
    expect(readFileSync(out).equals(bytes)).toBe(true);
  });

  it("of a weights file equals that of the plugin that has it", async () => {
    const out = join(folder.path, "weights.onnx");
    const { code, messages } = await kdf("export", teacherWeights, "--out", out, "--json");
    expect(code, messages).toBe(0);
    expect(readFileSync(out).equals(readFileSync(join(folder.path, "teacher.onnx")))).toBe(true);
  });
});

describe("refused within two seconds, and nothing is written", () => {
  const empty = join(folder.path, "empty");
  const cut = join(folder.path, "cut.safetensors");
  const model = "fashion-mnist-teacher";
  it.each([
    ["a run that is not there", [join(empty, "nowhere"), "--out", "x.onnx"], "KDF_RUN_NOT_FOUND"],
    ["a folder that is no run", [empty, "--out", "x.onnx"], "KDF_RUN_NOT_FOUND"],
    ["weights that are cut off", [cut, "--out", "x.onnx"], "KDF_WEIGHTS_UNREADABLE"],
    ["a teacher that nobody provides", ["fashion-teacher", "--out", "x.onnx"], "KDF_CONTRIBUTION_UNKNOWN"],
    ["a format that nobody knows", [model, "--format", "tflite"], "KDF_COMMAND_LINE_INVALID"],
    ["another ending", [model, "--out", "x.pb"], "KDF_OUTPUT_UNUSABLE"],
    ["a folder that is missing", [model, "--out", "nowhere/x.onnx"], "KDF_OUTPUT_UNUSABLE"],
    ["a folder as file", [model, "--out", "x.onnx", "--force"], "KDF_OUTPUT_UNUSABLE"],
  ])("%s", async (what, parameters, code) => {
    rmSync(empty, { recursive: true, force: true });
    mkdirSync(empty);
    if (what === "a folder as file") mkdirSync(join(empty, "x.onnx"));
    writeFileSync(cut, readFileSync(teacherWeights).subarray(0, 100_000));
    const before = readdirSync(empty);
    const located = parameters.map((word, place) => (parameters[place - 1] === "--out" ? join(empty, word) : word));
    const refused = await startKdf(["export", ...located, "--json"], repository, timed).finished;
    expect([refused.code, errorCode(refused)]).toEqual([2, code]);
    expect(processorSeconds(refused)).toBeLessThan(2);
    expect(readdirSync(empty)).toEqual(before);
    expect(existsSync(join(repository, "fashion-mnist-teacher.onnx"))).toBe(false);
  });
});
