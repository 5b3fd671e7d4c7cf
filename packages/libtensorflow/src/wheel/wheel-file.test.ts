import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { writeWheel, type WheelParts } from "../testing/write-wheel.js";
import { tensorflowFiles, withTensorflowWheel } from "./tensorflow-wheel.js";
import type { Wheel, WheelContents } from "./wheel-file.js";

const folder = mkdtempSync(join(tmpdir(), "kdf-wheel-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, "tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl");
let target: string;
beforeEach(() => {
  target = mkdtempSync(join(folder, "out-"));
});

async function opened<T>(parts: WheelParts, use: (wheel: Wheel, contents: WheelContents) => T | Promise<T>): Promise<T> {
  await writeWheel(file, parts);
  return withTensorflowWheel(file, "linux x64", use);
}
const open = (): Promise<void> => withTensorflowWheel(file, "linux x64", () => {});
const refusal = (text: string) => expect.objectContaining({ code: "KDF_INSTALLATION_REFUSED", message: expect.stringContaining(text) as string }) as Error;

describe("a whole wheel", () => {
  it("says what it is, and gives its libraries and the headers that are wanted", async () => {
    let bytes = 0;
    await opened({}, async (wheel, contents) => {
      expect(contents).toMatchObject({ project: "tensorflow_cpu", version: "2.21.0" });
      expect(wheel.size(tensorflowFiles)).toBe("the library".length + "its framework".length + "// the interface".length);
      await wheel.extract(tensorflowFiles, target, (more) => (bytes += more));
    });
    expect(readdirSync(target, { recursive: true }).sort()).toEqual([
      "include", "include/tensorflow", "include/tensorflow/c", "include/tensorflow/c/c_api.h", "lib", "lib/libtensorflow_cc.so.2", "lib/libtensorflow_framework.so.2",
    ]);
    expect(readFileSync(join(target, "lib/libtensorflow_cc.so.2"), "utf8")).toBe("the library");
    expect(bytes).toBe("the library".length + "its framework".length + "// the interface".length);
  });

  it("may name several platforms", async () => {
    await opened({ tags: ["py3-none-manylinux2014_x86_64", "py3-none-manylinux_2_17_x86_64"] }, () => {});
  });
});

describe("refused", () => {
  it.each([
    ["a wheel of another platform", { tags: ["cp311-cp311-win_amd64"] }, "made for win_amd64, and this machine is linux x64"],
    ["a wheel of another processor", { tags: ["cp311-cp311-manylinux_2_27_aarch64"] }, "aarch64"],
    ["a wheel without the library", { files: { "tensorflow/libtensorflow_cc.so.2": null } }, "holds no tensorflow/libtensorflow_cc.so.2"],
    ["a zip file that is no wheel", { files: { "tensorflow_cpu-2.21.0.dist-info/WHEEL": null } }, "holds no WHEEL"],
  ])("%s", async (_, parts, text) => {
    await expect(opened(parts, () => {})).rejects.toEqual(refusal(text));
  });

  it("a library that is not what RECORD says", async () => {
    const recorded = { "tensorflow/libtensorflow_framework.so.2": "another framework" };
    await opened({ recorded }, (wheel) => expect(wheel.extract(tensorflowFiles, target, () => {})).rejects.toEqual(refusal("libtensorflow_framework.so.2 is not what")));
  });

  it("a truncated file", async () => {
    await writeWheel(file);
    truncateSync(file, statSync(file).size - 30);
    await expect(open()).rejects.toEqual(refusal(file));
  });

  it("what is no zip file, and what is not there", async () => {
    writeFileSync(file, "hello");
    await expect(open()).rejects.toEqual(refusal(file));
    await expect(withTensorflowWheel(join(folder, "none.whl"), "linux x64", () => {})).rejects.toEqual(refusal("no such file"));
  });
});
