import { conformance } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";

const options = { "teacher:onnx": [{}, { file: "model.onnx" }, { file: "model.onnx", providers: ["cuda", "cpu"], threads: 2, layout: "NHWC", size: 32, mean: [0.5], std: [0.25], output: "logits", prefetch: 0 }] };

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url), options })) test(check.name, check.run);
