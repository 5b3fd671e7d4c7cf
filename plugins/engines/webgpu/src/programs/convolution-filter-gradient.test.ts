import { expect, it } from "vitest";
import { divide } from "./convolution-filter-gradient.js";

it.each([
  // filter, rows: a first layer, narrow and wide ones, a whole batch of one pixel
  [[3, 3, 3, 16], 65_536],
  [[3, 3, 16, 16], 65_536],
  [[3, 3, 64, 64], 4096],
  [[1, 1, 512, 512], 1024],
  [[5, 5, 1, 7], 300],
  [[3, 3, 2, 2], 1],
] as const)("the sum of a filter %j over %i rows is divided without rest and without an empty part", (filter, rows) => {
  const { chunks, rowsPerChunk } = divide(filter, rows);
  expect(chunks * rowsPerChunk).toBeGreaterThanOrEqual(rows);
  expect((chunks - 1) * rowsPerChunk).toBeLessThan(rows);
  expect(rowsPerChunk % 16).toBe(0);
});

it("more parts where the filter has few elements, one where it has many", () => {
  expect(divide([3, 3, 16, 16], 65_536).chunks).toBeGreaterThan(100);
  expect(divide([3, 3, 512, 512], 4096)).toEqual({ chunks: 1, rowsPerChunk: 4096 });
});
