import type { Engine } from "@kdf/core";
import zoo from "@kdf/plugin-cifar-zoo";
import wasm from "@kdf/plugin-wasm";
import { beforeAll } from "vitest";
import { networkTests } from "./network-parity.js";

/**
 * The whole zoo, on the engine that is fast enough for it; networks.test.ts has what the reference engine can do, and
 * test/long the training of a ResNet50.
 */
beforeAll(async () => {
  await (wasm.provides.engine!["wasm"]!.create({}, undefined as never) as Engine).start();
});

for (const id of Object.keys(zoo.provides.network!)) networkTests(id, id === "resnet50" ? ["evaluate-28"] : undefined);
