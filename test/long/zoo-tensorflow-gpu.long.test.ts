import type { Engine } from "@kdf/core";
import zoo from "@kdf/plugin-cifar-zoo";
import tensorflow from "@kdf/plugin-tensorflow-gpu";
import { RecordingLogger } from "@kdf/testing";
import { beforeAll } from "vitest";
import { tensorflowInstallation } from "../external/tensorflow-installation.js";
import { networkTests } from "../parity/network-parity.js";

/** The whole zoo against PyTorch on CUDA's library, on whatever device it finds. */
beforeAll(async () => {
  const { cacheDirectory } = await tensorflowInstallation("tensorflow-gpu");
  const context = { cacheDirectory, logger: new RecordingLogger() } as never;
  await (tensorflow.provides.engine!["tensorflow-gpu"]!.create({ threads: 2, logLevel: 2, deterministic: true, memoryGrowth: true }, context) as Engine).start();
});

for (const id of Object.keys(zoo.provides.network!)) networkTests(id);
