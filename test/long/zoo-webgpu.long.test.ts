import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Engine } from "@kdf/core";
import zoo from "@kdf/plugin-cifar-zoo";
import webgpu from "@kdf/plugin-webgpu";
import { RecordingLogger } from "@kdf/testing";
import { beforeAll, expect, test } from "vitest";
import { repository } from "../e2e/kdf.js";
import { softwareVulkan } from "../external/software-vulkan.js";
import { networkTests } from "../parity/network-parity.js";

// Vulkan's loader is found through a variable that is read when a process starts: the file runs itself in another one.
const inside = "KDF_TEST_INSIDE";

if (process.env[inside] === undefined) {
  test("the whole zoo equals PyTorch on webgpu: outputs, gradients and running statistics", async () => {
    const { environment, remove } = await softwareVulkan();
    try {
      const command = ["vitest", "run", "--project", "long", "test/long/zoo-webgpu.long.test.ts"];
      const { stdout } = await promisify(execFile)("npx", command, { cwd: repository, env: { ...process.env, ...environment, [inside]: "1" } });
      expect(Number(/(\d+) passed, 0 failed, 0 skipped/.exec(stdout)?.[1])).toBeGreaterThanOrEqual(Object.keys(zoo.provides.network!).length);
    } finally {
      remove();
    }
  });
} else {
  beforeAll(async () => {
    await (webgpu.provides.engine!["webgpu"]!.create({ powerPreference: "high-performance" }, { logger: new RecordingLogger() } as never) as Engine).start();
  });
  for (const id of Object.keys(zoo.provides.network!)) networkTests(id);
}
