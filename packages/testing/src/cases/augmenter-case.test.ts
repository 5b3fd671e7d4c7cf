import { inspect } from "node:util";
import { define, definePlugin, parsePlan, type Augmenter, type Batch, type Json, type Pool, type SelectionOutputs } from "@kdf/core";
import { clone, concatenate, entropy, integers, largestOf, multiply, reverse, scope } from "@kdf/tensor";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { AugmenterTester, type AugmenterTesterOptions } from "../conformance/augmenter-tester.js";
import type { AugmenterCase } from "./augmenter-case.js";

const rowsOf = (size: number): number[] => Array.from({ length: size }, (_, row) => row);

class Gain implements Augmenter {
  sample(): Json {
    return { gain: 2 };
  }

  propose(plan: Json, { images }: Batch): Pool {
    return { images: multiply(images, (plan as { readonly gain: number }).gain), rows: rowsOf(images.shape[0]!) };
  }
}

class Same extends Gain {
  override propose(_plan: Json, { images }: Batch): Pool {
    return { images: clone(images), rows: rowsOf(images.shape[0]!) };
  }
}

class Pick extends Same {
  readonly needs = [{ role: "teacher", mode: "eval" }] as const;

  override propose(_plan: Json, { images }: Batch): Pool {
    const rows = rowsOf(images.shape[0]!);
    return { images: scope(() => concatenate([images, reverse(images, 2)])), rows: [...rows, ...rows] };
  }

  select(_pool: Pool, { pool }: SelectionOutputs, size: number) {
    return scope(() => largestOf(entropy(pool.teacher!), size).indices);
  }
}

const failing = async (options: AugmenterTesterOptions, make: () => Augmenter = () => new Gain()): Promise<[string, string][]> => {
  const schema = z.strictObject({ factor: z.number().positive().default(1).describe("nothing") });
  const plugin = definePlugin({ id: "x", provides: { augmenter: { x: define({ summary: "x", options: schema, create: make }) } } });
  const failures = await new AugmenterTester(plugin, "x", options).failures();
  return [...failures].map(([name, error]) => [name, (error as Error & { code: string }).code]);
};

const right = { name: "twice as bright", images: [[[1, 2]]], plan: { gain: 2 }, expected: [[[2, 4]]] };
const weak = ["its tests prove what it does", "KDF_TEST_WEAK"];

test("cases that hold pass, by plan, by seed, by function", async () => {
  const seeded = { name: "drawn", images: [[[3, 5]]], seed: 7, expected: [[[6, 10]]] };
  const judged = { name: "judged", images: [[[4, 7]]], plan: { gain: 3 }, expected: ({ images }: { images: Float32Array }) => images.join() === "12,21" };
  expect(await failing({ cases: [right, seeded, judged], refused: [{ name: "a factor of zero", options: { factor: 0 } }] })).toEqual([]);
});

test("an augmenter that leaves images says why", async () => {
  const left = { ...right, expected: right.images };
  expect(await failing({ cases: [left], leavesImages: "the baseline" }, () => new Same())).toEqual([]);
});

test("a case that does not hold is named, and what came out", async () => {
  const wrong = { ...right, expected: [[[2, 5]]] };
  expect(await failing({ cases: [wrong] })).toEqual([["case: twice as bright", "KDF_CASE_FAILED"]]);
});

test("options that should be refused and are not", async () => {
  expect(await failing({ cases: [right], refused: [{ name: "three", options: { factor: 3 } }] })).toEqual([["refuses three", "KDF_CONFORMANCE_FAILED"]]);
});

describe.each<[string, AugmenterTesterOptions]>([
  ["no case", {}],
  ["a name twice", { cases: [right, { ...right, images: [[[5, 6]]], expected: [[[10, 12]]] }] }],
  ["the same case twice", { cases: [right, { ...right, name: "again" }] }],
  ["a plan and a seed", { cases: [{ ...right, seed: 1 }] }],
  ["no number among the expectations", { cases: [right, { ...right, name: "other", images: [[[3, 4]]], expected: [[[Number.NaN, 1]]] }] }],
  ["a refused option that does not exist", { cases: [right], refused: [{ name: "misspelt", options: { facter: 0 } }] }],
  ["a refusal of no options", { cases: [right], refused: [{ name: "nothing", options: {} }] }],
  ["only an expectation equal to the input", { cases: [{ ...right, plan: { gain: 1 }, expected: right.images }] }],
  ["a change where none is said to be", { cases: [right], leavesImages: "it does nothing" }],
])("tests with %s", (_, options) => {
  test("prove too little", async () => {
    expect(await failing(options)).toContainEqual(weak);
  });
});

describe("images of one value", () => {
  const grey = { name: "grey", images: [[[1, 1]]], plan: { gain: 2 }, expected: [[[2, 2]]] };

  test("are a case where another value comes out", async () => {
    expect(await failing({ cases: [grey] })).toEqual([]);
    expect(await failing({ cases: [grey] }, () => new Same())).toEqual([["case: grey", "KDF_CASE_FAILED"]]);
  });

  test("prove too little where they are expected back: pixels may have gone anywhere", async () => {
    expect(await failing({ cases: [right, { ...grey, plan: { gain: 1 }, expected: [[[1, 1]]] }] })).toEqual([weak]);
  });

  test("with a function that accepts all prove too little", async () => {
    expect(await failing({ cases: [{ ...grey, expected: () => true }] })).toEqual([["case: grey", "KDF_TEST_WEAK"]]);
    expect(await failing({ cases: [{ ...grey, plan: { gain: 1 }, expected: () => true }] })).toEqual([["case: grey", "KDF_TEST_WEAK"]]);
  });
});

test("a failure names the case in quotes, what came and what was expected, once, and both ways out", async () => {
  const failures = async (one: AugmenterCase): Promise<string | undefined> => (await failure(one))?.message;
  const failure = async (one: AugmenterCase): Promise<Error | undefined> => {
    const plugin = definePlugin({ id: "x", provides: { augmenter: { x: define({ summary: "x", options: z.strictObject({}), create: () => new Parsing() }) } } });
    return (await new AugmenterTester(plugin, "x", { cases: [one] }).failures()).get(`case: ${one.name}`);
  };
  class Parsing extends Gain {
    override propose(given: Json, batch: Batch): Pool {
      return super.propose(parsePlan(z.strictObject({ gain: z.number() }), given, "x"), batch);
    }
  }
  const fix = "correct the plugin, or the case's input or expectation: one of them is wrong";
  expect(await failures({ ...right, expected: [[[2, 5]]] })).toBe(
    `The augmenter x fails the case "twice as bright": it makes [1,1,2] 2, 4.\n  expected: [1,1,2] 2, 5\n  to fix:   ${fix}`,
  );
  const thrown = await failures({ ...right, plan: { gian: 2 } });
  expect(thrown).toMatch(/^The augmenter x fails the case "twice as bright": propose threw for its plan: .*gain/);
  expect(thrown?.match(/expected:/g)).toHaveLength(1);
  expect(thrown?.match(/to fix: /g)).toHaveLength(1);
  expect(thrown).toContain(fix);
  // What runners print of it, its cause too: where it was thrown, and no second way out.
  const printed = inspect(await failure({ ...right, plan: { gian: 2 } }));
  expect(printed).toMatch(/\[cause\]: Error: [^]*parsePlan/);
  for (const part of ["expected: ", "fix: "]) expect(printed.split(part)).toHaveLength(2);
  expect(printed).not.toContain("explanation");
});

test("an augmenter that changes images cannot claim that it leaves them", async () => {
  expect(await failing({ cases: [{ ...right, plan: { gain: 1 }, expected: right.images }], leavesImages: "no reason" })).toEqual([weak]);
});

describe.each([
  ["a function that accepts all", { ...right, expected: () => true }],
  ["a tolerance that lets everything pass", { ...right, tolerance: 10 }],
])("%s", (_, one) => {
  test("proves too little, as its case says", async () => {
    expect(await failing({ cases: [one] })).toEqual([["case: twice as bright", "KDF_TEST_WEAK"]]);
  });
});

describe("an augmenter that picks", () => {
  const pool = { teacher: [[9, 0], [1, 1], [3, 0], [5, 0]] };
  const picking = { name: "the two least sure", images: [[[1, 2]], [[3, 4]]], plan: null, expected: [[[1, 2]], [[3, 4]], [[2, 1]], [[4, 3]]], pool, picked: [1, 2] };

  test("is shown with the rows that it picks", async () => {
    expect(await failing({ cases: [picking] }, () => new Pick())).toEqual([]);
    expect(await failing({ cases: [{ ...picking, picked: [1, 3] }] }, () => new Pick())).toEqual([["case: the two least sure", "KDF_CASE_FAILED"]]);
  });

  test("without them the tests prove too little", async () => {
    const { picked: _, ...unpicked } = picking;
    expect(await failing({ cases: [unpicked] }, () => new Pick())).toEqual([weak]);
  });

  test("rows that would be picked by any logits prove too little", async () => {
    class First extends Pick {
      override select = (_pool: Pool, _outputs: SelectionOutputs, size: number) => integers(rowsOf(size), [size]);
    }
    expect(await failing({ cases: [{ ...picking, picked: [0, 1] }] }, () => new First())).toEqual([["case: the two least sure", "KDF_TEST_WEAK"]]);
  });
});
