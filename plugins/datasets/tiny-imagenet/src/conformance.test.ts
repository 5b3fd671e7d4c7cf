import { fileURLToPath } from "node:url";
import { conformance } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";

const directory = fileURLToPath(new URL("../../../../test/external/datasets/fixtures/tiny-imagenet", import.meta.url));
const options = { "tiny-imagenet": [{ directory, verify: false }] };
for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url), options })) test(check.name, check.run);
