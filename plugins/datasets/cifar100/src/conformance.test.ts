import { conformance } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
