import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { writeWheel, type WheelParts } from "../testing/write-wheel.js";
import { Wheel } from "./wheel-file.js";

const folder = mkdtempSync(join(tmpdir(), "kdf-wheel-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, "tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl");
let target: string;
beforeEach(() => {
  target = mkdtempSync(join(folder, "out-"));
});

async function opened<T>(parts: WheelParts, use: (wheel: Wheel) => Promise<T>): Promise<T> {
  await writeWheel(file, parts);
  const wheel = await Wheel.open(file);
  return use(wheel).finally(() => wheel.close());
}
const refusal = (text: string) => expect.objectContaining({ code: "KDF_INSTALLATION_REFUSED", message: expect.stringContaining(text) as string }) as Error;

describe("a whole wheel", () => {
  it("says what it is, and gives its libraries and the headers that are wanted", async () => {
    let bytes = 0;
    await opened({}, async (wheel) => {
      expect(await wheel.check("linux x64")).toEqual({ project: "tensorflow_cpu", version: "2.21.0" });
      expect(wheel.size).toBe("the library".length + "its framework".length);
      await wheel.extract(target, (more) => (bytes += more));
    });
    expect(readdirSync(target, { recursive: true }).sort()).toEqual([
      "include", "include/tensorflow", "include/tensorflow/c", "include/tensorflow/c/c_api.h", "libtensorflow_cc.so.2", "libtensorflow_framework.so.2",
    ]);
    expect(readFileSync(join(target, "libtensorflow_cc.so.2"), "utf8")).toBe("the library");
    expect(bytes).toBe("the library".length + "its framework".length + "// the interface".length);
  });

  it("may name several platforms", async () => {
    await opened({ tags: ["py3-none-manylinux2014_x86_64", "py3-none-manylinux_2_17_x86_64"] }, (wheel) => wheel.check("linux x64"));
  });
});

describe("refused", () => {
  it.each([
    ["a wheel of another platform", { tags: ["cp311-cp311-win_amd64"] }, "made for win_amd64, and this machine is linux x64"],
    ["a wheel of another processor", { tags: ["cp311-cp311-manylinux_2_27_aarch64"] }, "aarch64"],
    ["a wheel without the library", { files: { "tensorflow/libtensorflow_cc.so.2": null } }, "holds no tensorflow/libtensorflow_cc.so.2"],
    ["a zip file that is no wheel", { files: { "tensorflow_cpu-2.21.0.dist-info/WHEEL": null } }, "holds no WHEEL"],
  ])("%s", async (_, parts, text) => {
    await opened(parts, (wheel) => expect(wheel.check("linux x64")).rejects.toEqual(refusal(text)));
  });

  it("a library that is not what RECORD says", async () => {
    const recorded = { "tensorflow/libtensorflow_framework.so.2": "another framework" };
    await opened({ recorded }, (wheel) => expect(wheel.extract(target, () => {})).rejects.toEqual(refusal("libtensorflow_framework.so.2 is not what")));
  });

  it("a truncated file", async () => {
    await writeWheel(file);
    truncateSync(file, statSync(file).size - 30);
    await expect(Wheel.open(file)).rejects.toEqual(refusal(file));
  });

  it("what is no zip file, and what is not there", async () => {
    writeFileSync(file, "hello");
    await expect(Wheel.open(file)).rejects.toEqual(refusal(file));
    await expect(Wheel.open(join(folder, "none.whl"))).rejects.toEqual(refusal("no such file"));
  });
});
