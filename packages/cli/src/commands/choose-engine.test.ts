import type { EngineTier } from "@kdf/core";
import { expect, test } from "vitest";
import { fastest } from "./choose-engine.js";
import type { ProbedEngine } from "./probe-engines.js";

const started = (id: string, tier: EngineTier): ProbedEngine => ({
  id,
  started: { report: { id, tier, library: "", device: "", threads: 1, features: [] }, warnings: [], milliseconds: 1, residentMegabytes: 1 },
});
const failed: ProbedEngine = { id: "failed", error: { happened: "no" } };

test("a GPU comes before native code, that before WebAssembly, and the reference last", () => {
  const all = [started("a", "reference"), started("b", "embedded"), failed, started("c", "native"), started("d", "gpu"), started("e", "gpu")];
  const taken: string[] = [];
  for (let left = all; fastest(left) !== undefined; left = left.filter(({ id }) => id !== taken.at(-1))) taken.push(fastest(left)!.id);
  expect(taken).toEqual(["d", "e", "c", "b", "a"]);
  expect(fastest([failed])).toBeUndefined();
});
