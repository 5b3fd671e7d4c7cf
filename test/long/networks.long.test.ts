import type { Engine } from "@kdf/core";
import zoo from "@kdf/plugin-imagenet-zoo";
import wasm from "@kdf/plugin-wasm";
import { beforeAll } from "vitest";
import { networkTests } from "../parity/network-parity.js";

/** Every case of the large networks: training, and images of 224 pixels. */
beforeAll(async () => {
  await (wasm.provides.engine!["wasm"]!.create({}, undefined as never) as Engine).start();
});

networkTests("resnet50");
for (const id of Object.keys(zoo.provides.network!)) networkTests(id);
