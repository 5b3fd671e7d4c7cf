import { conformance } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";

const fed = { layout: "NHWC", size: 32, mean: [0.5], std: [0.25], outputs: "probabilities", output: "scores" };
const options = {
  "teacher:tfjs-model": [{}, { file: "model.json" }, { file: "model.json", ...fed }],
  "teacher:saved-model": [{}, { file: "model" }, { file: "model", ...fed, signature: "classify", tags: ["serve", "gpu"] }],
};

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url), options })) test(check.name, check.run);
