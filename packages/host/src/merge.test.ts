import { expect, it } from "vitest";
import { merge } from "./merge.js";

it.each([
  [{ a: 1 }, { b: 2 }, { a: 1, b: 2 }],
  [{ a: 1 }, { a: undefined }, { a: 1 }],
  [{ a: 1 }, { a: null }, { a: null }],
  [{ a: { b: 1, c: 2 } }, { a: { c: 3 } }, { a: { b: 1, c: 3 } }],
  [{ a: [1, 2] }, { a: [3] }, { a: [3] }],
  [{ a: { b: 1 } }, { a: 4 }, { a: 4 }],
  [{ s: { id: "step", gamma: 0.5 } }, { s: { id: "cosine" } }, { s: { id: "cosine" } }],
  [{ s: { id: "step", gamma: 0.5 } }, { s: { id: "step", milestones: [3] } }, { s: { id: "step", gamma: 0.5, milestones: [3] } }],
  [{ s: { id: "step", gamma: 0.5 } }, { s: { gamma: 0.1 } }, { s: { id: "step", gamma: 0.1 } }],
  [{ o: { rate: 0.5 } }, { o: { id: "adamw" } }, { o: { rate: 0.5, id: "adamw" } }],
])("%j under %j is %j", (under, over, merged) => expect(merge(under, over)).toEqual(merged));

it("leaves both as they were, and every prototype too", () => {
  const under = { a: { b: 1 } };
  merge(under, JSON.parse('{"a": {"c": 2}, "__proto__": {"polluted": true}}') as Record<string, unknown>);
  expect(under).toEqual({ a: { b: 1 } });
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});
