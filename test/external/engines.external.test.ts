import { describeEngines, type EngineUnderTest } from "@kdf/testing";
import { test } from "vitest";
import { tensorflowInstallation } from "./tensorflow-installation.js";

/** Engines of which `npm test` has not all: what `kdf engine install` brings, on the machine's processor. */
const engine = (id: string, cacheDirectory: string): EngineUnderTest => ({
  plugin: new URL(import.meta.resolve(`@kdf/plugin-${id}`)),
  id,
  options: { threads: 2 },
  cacheDirectory,
});
const installed = [
  engine("tensorflow", (await tensorflowInstallation("tensorflow")).cacheDirectory),
  engine("tensorflow-gpu", (await tensorflowInstallation("tensorflow-gpu")).cacheDirectory),
];
for (const check of describeEngines(installed)) test(check.name, check.run);
