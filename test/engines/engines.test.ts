import { describeEngines } from "@kdf/testing";
import { test } from "vitest";

const plugin = (id: string): URL => new URL(import.meta.resolve(`@kdf/plugin-${id}`));

/** What the reference engine gives is computed in another process, also for itself: the same bits are to come again. */
const engines = [
  { plugin: plugin("cpu"), id: "cpu" },
  { plugin: plugin("wasm"), id: "wasm", options: { threads: 2 } },
];
for (const check of describeEngines(engines)) test(check.name, check.run);
