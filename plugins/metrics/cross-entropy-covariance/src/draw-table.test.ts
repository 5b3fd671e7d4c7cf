import { describe, expect, it } from "vitest";
import { DrawTable } from "./draw-table.js";

/** Repeatable numbers from 0 to 3, exact in single precision. */
function numbers(count: number, seed: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => Math.fround(((state = (state * 1103515245 + 12345) % 2 ** 31) / 2 ** 31) * 3));
}

/** The definition: the matrix itself. */
function byMatrix(rows: readonly (readonly number[])[], normalized: boolean): number {
  const width = rows[0]!.length;
  const columns = Array.from({ length: width }, (_, at) => rows.map((row) => row[at]!)).map((column) => {
    return normalized ? column.map((value) => value / Math.max(...column)) : column;
  });
  const centred = columns.map((column) => column.map((value) => value - column.reduce((a, b) => a + b, 0) / column.length));
  let sum = 0;
  for (let i = 0; i < width; i += 1) {
    for (let j = 0; j < i; j += 1) sum += centred[i]!.reduce((total, value, draw) => total + value * centred[j]![draw]!, 0) / (rows.length - 1);
  }
  return sum / width ** 2;
}

describe("a table of draws", () => {
  const [draws, length] = [9, 12];
  const values = numbers(draws * length + 5, 7);
  const rows = Array.from({ length: draws }, (_, draw) => values.slice(draw * length, (draw + 1) * length));
  const table = new DrawTable(length, draws);
  values.forEach((value) => table.add(value));

  it.each([false, true])("sums the covariance matrix below its diagonal without making it; normalised: %s", (normalized) => {
    expect(table.covariance([...rows.keys()], normalized)).toBeCloseTo(byMatrix(rows, normalized), 12);
    const some = [3, 0, 3, 8, 5];
    expect(table.covariance(some, normalized)).toBeCloseTo(byMatrix(some.map((place) => rows[place]!), normalized), 12);
  });

  it("has no value of fewer than two draws, nor of values that are not finite", () => {
    expect(table.covariance([1], true)).toBeNull();
    const broken = new DrawTable(2, 2);
    expect(broken.meanVariance()).toBeNull();
    [1, NaN, 2, 3].forEach((value) => broken.add(value));
    expect([broken.covariance([0, 1], true), broken.covariance([0, 1], false), broken.meanVariance()]).toEqual([null, null, null]);
  });

  it("bears a place whose values are all 0", () => {
    const zeros = new DrawTable(2, 2);
    [0, 1, 0, 3].forEach((value) => zeros.add(value));
    expect(zeros.covariance([0, 1], true)).toBe(0);
  });

  it("takes no more than its draws, and is saved with every bit", () => {
    expect([table.draws, table.rest]).toEqual([draws, 0]);
    const [before, after] = [new DrawTable(length, draws), new DrawTable(length, draws)];
    values.slice(0, 30).forEach((value) => before.add(value));
    after.restore(JSON.parse(JSON.stringify(before.save())) as string);
    expect([after.draws, after.rest]).toEqual([2, 6]);
    values.slice(30).forEach((value) => after.add(value));
    expect(after.covariance([...rows.keys()], true)).toBe(table.covariance([...rows.keys()], true));
  });
});
