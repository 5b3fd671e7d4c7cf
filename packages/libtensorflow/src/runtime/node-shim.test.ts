import { createRequire } from "node:module";
import { afterEach, expect, test } from "vitest";
import { restoreRemovedFunctions } from "./node-shim.js";

const utilities = createRequire(import.meta.url)("node:util") as Record<string, unknown>;
const { isNullOrUndefined, isArray } = utilities;
afterEach(() => Object.assign(utilities, { isNullOrUndefined, isArray }));

test("gives back what Node 23 removed, as it was", () => {
  delete utilities["isNullOrUndefined"];
  delete utilities["isArray"];
  restoreRemovedFunctions();
  const restored = utilities as Record<string, (value: unknown) => boolean>;
  expect([null, undefined, 0, ""].map((value) => restored["isNullOrUndefined"]!(value))).toEqual([true, true, false, false]);
  expect([[], new Float32Array(1), {}].map((value) => restored["isArray"]!(value))).toEqual([true, false, false]);
});

test("leaves alone what is there", () => {
  const own = (): boolean => true;
  utilities["isArray"] = own;
  restoreRemovedFunctions();
  expect(utilities["isArray"]).toBe(own);
});
