import { expect, test } from "vitest";
import { hashRow, mix32 } from "./hash.js";

test("the finaliser gives the published hashes of the empty string", () => {
  // MurmurHash3_x86_32 of no bytes is its finaliser applied to the seed; the values stand in public test suites.
  expect(mix32(0)).toBe(0);
  expect(mix32(1)).toBe(0x514e28b7);
  expect(mix32(0xffffffff)).toBe(0x81f16f39);
});

test("the hash is the documented composition, also for seeds above 32 bits", () => {
  // Computed apart from this code with Python's unbounded integers: scripts/hash-cases.py.
  expect(hashRow(0, 0)).toBe(1_680_814_304);
  expect(hashRow(0, 59_999)).toBe(21_039_395);
  expect(hashRow(2 ** 32 + 7, 12_345)).toBe(3_603_100_520);
  expect(hashRow(7, -1)).toBe(3_109_584_323);
});

test("two identities never share a hash, and hashes fill the range evenly", () => {
  const rows = 60_000;
  const seen = new Set<number>();
  const bins = new Array<number>(16).fill(0);
  for (let identity = 0; identity < rows; identity += 1) {
    const hash = hashRow(3, identity);
    seen.add(hash);
    bins[hash >>> 28]! += 1;
  }
  expect(seen.size).toBe(rows);
  const expected = rows / 16;
  const chiSquare = bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  expect(chiSquare).toBeLessThan(37.7); // 15 degrees of freedom, p = 0.001
});
