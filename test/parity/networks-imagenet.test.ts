import type { Engine } from "@kdf/core";
import wasm from "@kdf/plugin-wasm";
import { beforeAll } from "vitest";
import { networkTests } from "./network-parity.js";

/** torchvision's numbers, on small images and of the smaller networks; test/long has all of them. */
beforeAll(async () => {
  await (wasm.provides.engine!["wasm"]!.create({}, undefined as never) as Engine).start();
});

networkTests("imagenet_resnet18", ["evaluate-32", "train-64"]);
networkTests("imagenet_mobilenetv2", ["evaluate-32", "train-64"]);
