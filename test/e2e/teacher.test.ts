import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeSafetensors } from "@kdf/nn";
import { afterAll, expect, it } from "vitest";
import { uniform } from "../parity/generator.js";
import { errorCode, kdf, repository, temporaryFolder } from "./kdf.js";

const checkpoints = join(repository, "test/external/checkpoints/fixtures");
const cifar10 = join(repository, "test/external/datasets/fixtures/cifar10");
const pth = join(checkpoints, "resnet8.legacy.pth");
const folder = temporaryFolder();
afterAll(() => folder.remove());

const fed = ["--set", "weights.size=32", "--set", "weights.mean=[0.4914,0.4822,0.4465]", "--set", "weights.std=[0.247,0.2435,0.2616]"];
const data = ["--dataset", "cifar10", "--data-dir", cifar10, "--set", "cifar10.verify=false"];

it("kdf teacher inspect says what a checkpoint is, which network it fits, and what to type", async () => {
  const { code, output, messages } = await kdf("teacher", "inspect", pth, "--dataset", "cifar10", "--json");
  expect(code, messages + output).toBe(0);
  const inspected = JSON.parse(output) as { next: string; weights: unknown[] };
  expect(inspected).toMatchObject({
    plugin: "weights",
    format: "PyTorch checkpoint, legacy container",
    facts: { network: "resnet8", "state dict": "entry model", best_acc: "72.5" },
    classes: 10,
    missing: ["size", "mean", "std"],
    problems: [],
  });
  expect(inspected.weights[0]).toEqual({ name: "module.conv1.weight", shape: [16, 3, 3, 3], dtype: "F32", mapped: "conv1.weight" });
  expect(inspected.next).toMatch(/^npx kdf train --dataset cifar10 --teacher \S+resnet8[.]legacy[.]pth --set weights[.]size=32 --set '?weights[.]mean=\[0[.]49/);
});

it("--verify compares logits with a pair", async () => {
  const { resnet8 } = JSON.parse(readFileSync(join(checkpoints, "expected.json"), "utf8")) as { resnet8: { logits: { values: number[] } } };
  const input = uniform("checkpoint.images", [4, 32, 32, 3], 1.75);
  const file = join(folder.path, "pair.safetensors");
  const logits = Float32Array.from(resnet8.logits.values);
  writeFileSync(file, encodeSafetensors(new Map([["input", { dtype: "F32", shape: [4, 32, 32, 3], data: input }], ["logits", { dtype: "F32", shape: [4, 10], data: logits }]])));
  const { code, messages, output } = await kdf("teacher", "inspect", pth, ...fed, "--verify", file);
  expect(code, messages + output).toBe(0);
  expect(output).toContain("Verified with 4 images, NHWC: the logits agree.");
  expect(output.split("\n").filter((line) => line.length > 80 && !line.includes(checkpoints) && !line.includes("sha256"))).toEqual([]);
});

it("trains with a .pth file as the teacher", async () => {
  const run = join(folder.path, "run");
  const { code, messages } = await kdf("train", ...data, "--teacher", pth, ...fed, "--student", "resnet8", "--epochs", "1", "--batch-size", "10", "--set", "metrics=[top-1]", "--run-dir", run);
  expect(code, messages).toBe(0);
  expect(JSON.parse(readFileSync(join(run, "run.json"), "utf8"))).toMatchObject({ teacher: { file: "resnet8.legacy.pth", best_acc: "72.5" } });
});

it("refuses a malicious file before a run exists", async () => {
  const run = join(folder.path, "never");
  const refused = await kdf("train", ...data, "--teacher", join(checkpoints, "system-2.zip.pth"), "--run-dir", run, "--json");
  expect([refused.code, errorCode(refused)]).toEqual([2, "KDF_TORCH_REFUSED"]);
  expect(refused.output).toMatch(/names the Python object (posix|nt) system/);
  expect([existsSync(run), existsSync(join(repository, "executed-by-a-checkpoint"))]).toEqual([false, false]);
});
