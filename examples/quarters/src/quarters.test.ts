import { createStreams, floats, integers, readNow, startReferenceEngine } from "@kdf/tensor";
import { AugmenterTester, conformance } from "@kdf/testing";
import { beforeAll, expect, test } from "vitest";
import plugin from "./index.js";
import { Quarters } from "./quarters.js";

beforeAll(startReferenceEngine);

const partners = [[1, 2, 3, 0], [2, 3, 0, 1], [3, 0, 1, 2]];
const tester = new AugmenterTester(plugin, "quarters", {
  options: [{}, { alpha: 0.3 }],
  cases: [
    {
      name: "each corner comes from its own row",
      // Of image n, the pixels 10 n to 10 n + 5.
      images: [0, 10, 20, 30].map((first) => [[first, first + 1, first + 2], [first + 3, first + 4, first + 5]]),
      plan: { y: 1, x: 2, partners },
      expected: [
        [[0, 1, 12], [23, 24, 35]],
        [[10, 11, 22], [33, 34, 5]],
        [[20, 21, 32], [3, 4, 15]],
        [[30, 31, 2], [13, 14, 25]],
      ],
    },
  ],
  refused: [{ name: "no distribution", options: { alpha: 0 } }],
});
for (const check of [...tester.checks, ...conformance(plugin, { package: new URL("../package.json", import.meta.url) })]) test(check.name, check.run);

// Four images of 2 x 3 pixels; image n has the value n everywhere.
const batch = {
  images: floats([0, 1, 2, 3].flatMap((value) => Array<number>(6).fill(value)), [4, 2, 3, 1]),
  labels: integers([0, 1, 2, 3], [4]),
  indices: integers([0, 1, 2, 3], [4]),
};

test("a point in a corner leaves one image whole", () => {
  const { images } = new Quarters({ alpha: 1 }).propose({ y: 2, x: 3, partners }, batch);
  expect([...readNow(images)]).toEqual([...readNow(batch.images)]);
});

test("with alpha 1 the point is uniform: its mean lies within four standard errors of the middle", () => {
  const drawn = Array.from({ length: 2000 }, (_, step) =>
    new Quarters({ alpha: 1 }).sample(createStreams(7).at("quarters", { step }), { size: 2, height: 100, width: 100, channels: 1, mean: [0], std: [1] }),
  );
  const error = 4 * (100 / Math.sqrt(12) / Math.sqrt(2000));
  for (const side of ["y", "x"] as const) {
    expect(Math.abs(drawn.reduce((sum, plan) => sum + plan[side], 0) / 2000 - 50)).toBeLessThan(error);
  }
});

test("refuses a plan of another batch", () => {
  for (const plan of [{ y: 3, x: 0, partners }, { y: 0, x: 0, partners: [[0], [0], [0]] }]) {
    expect(() => new Quarters({ alpha: 1 }).propose(plan, batch)).toThrow(expect.objectContaining({ code: "KDF_PLAN_INVALID" }));
  }
});
