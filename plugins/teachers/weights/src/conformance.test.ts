import { conformance } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";

const options = { "teacher:weights": [{}, { file: "teacher.pth" }, { file: "teacher.pth", network: "resnet8", networkOptions: {}, key: "model", size: 32, mean: [0.5], std: [0.25] }] };

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url), options })) test(check.name, check.run);
