import { parseOptions } from "@kdf/core";
import { afterEach, expect, it, vi } from "vitest";
import plugin from "./index.js";

const webgpu = plugin.provides.engine!["webgpu"]!;
afterEach(() => {
  vi.unstubAllEnvs();
  vi.doUnmock("./engine.js");
});

it("prefers the strong GPU, and refuses options that it does not have", async () => {
  expect(await parseOptions(webgpu.options, {}, "webgpu")).toEqual({ powerPreference: "high-performance" });
  await expect(parseOptions(webgpu.options, { powerPreference: "low" }, "webgpu")).rejects.toMatchObject({ code: "KDF_OPTIONS_INVALID" });
  await expect(parseOptions(webgpu.options, { threads: 2 }, "webgpu")).rejects.toMatchObject({ code: "KDF_OPTIONS_INVALID" });
});

it("is refused where Dawn has no binary that loads", async () => {
  vi.doMock("./engine.js", () => {
    throw new Error("libc.musl-x86_64.so.1: cannot open shared object file");
  });
  const engine = await webgpu.create({ powerPreference: "high-performance" }, { logger: console } as never);
  await expect(engine.start()).rejects.toMatchObject({ code: "KDF_ENGINE_DEVICE_MISSING", explanation: { expected: expect.stringContaining("glibc") as string } });
});

it.runIf(process.platform === "linux")("without a GPU is refused, with what is missing and another engine", async () => {
  vi.stubEnv("VK_DRIVER_FILES", "/nowhere.json");
  const engine = await webgpu.create({ powerPreference: "high-performance" }, { logger: console } as never);
  await expect(engine.start()).rejects.toMatchObject({
    code: "KDF_ENGINE_DEVICE_MISSING",
    kind: "request",
    explanation: { happened: expect.stringContaining("webgpu") as string, fix: expect.stringContaining("--engine wasm") as string },
  });
});
