import { createStreams, disposeAll, floats, integers, inputGradients, readNow, scope, startReferenceEngine, sum } from "@kdf/tensor";
import { beforeAll, expect, it } from "vitest";
import { keptDivergence, keptRows, ownRank } from "./selection.js";

beforeAll(startReferenceEngine);

const stream = createStreams(3).at("selection");
const values = (count: number, of: number): number[] => Array.from({ length: count }, () => stream.integer(of));

function keptOf(ranks: readonly number[], share: number): { mask: number[]; count: number } {
  const { mask, count } = scope(() => keptRows(floats(ranks, [ranks.length]), share) as never) as ReturnType<typeof keptRows>;
  const read = { mask: [...readNow(mask)], count: readNow(count)[0]! };
  disposeAll([mask, count]);
  return read;
}

it.each([
  { rows: 9, classes: 4, of: 3 },
  { rows: 40, classes: 7, of: 1000 },
  { rows: 5, classes: 1, of: 2 },
  { rows: 3, classes: 5, of: 1 },
])("ranks the own score as a stable sort does: $rows rows of $classes scores among $of", ({ rows, classes, of }) => {
  const scores = values(rows * classes, of).map((value) => value / 7 - 1);
  const columns = values(rows, classes);
  const expected = columns.map((column, row) => {
    const own = scores.slice(row * classes, (row + 1) * classes);
    return own.map((_, place) => place).sort((a, b) => Math.fround(own[b]!) - Math.fround(own[a]!)).indexOf(column);
  });
  const found = scope(() => ownRank(floats(scores, [rows, classes]), integers(columns, [rows])));
  expect([...readNow(found)]).toEqual(expected);
  found.dispose();
});

it.each([0, 0.29, 0.5, 0.75, 1])("keeps what is right, and of what is wrong a share of %f, as a stable sort does", (share) => {
  for (const ranks of [values(100, 4), values(100, 4).map((rank) => rank + 1), Array<number>(30).fill(0), values(7, 2), [5], [0], Array<number>(100).fill(2)]) {
    const wrong = ranks.filter((rank) => rank > 0).length;
    // What JavaScript makes of 0.29 · 100 is a little less than 29, and so is what Python makes of it.
    const count = ranks.length - wrong + Math.trunc(wrong * share);
    const sorted = ranks.map((_, row) => row).sort((a, b) => ranks[a]! - ranks[b]!);
    const kept = new Set(sorted.slice(0, count));
    expect(keptOf(ranks, share)).toEqual({ mask: ranks.map((_, row) => Number(kept.has(row))), count });
  }
});

it("divides by the rows that are kept, moves these alone, and is 0 where none is kept", () => {
  const teacher = floats([0, Math.log(3), 5, 1, 0, 0], [3, 2]);
  const student = floats([0, 0, 9, -9, 0, Math.log(3)], [3, 2]);
  const row = (a: number, b: number): number => 0.25 * Math.log(0.25 / a) + 0.75 * Math.log(0.75 / b);
  const middle = 0.5 * Math.log(0.5 / 0.25) + 0.5 * Math.log(0.5 / 0.75);
  const evaluate = (mask: readonly number[]) =>
    inputGradients(
      ([scores]) => {
        const rows = floats(mask, [3]);
        return keptDivergence(teacher, scores!, 1, { mask: rows, count: sum(rows) });
      },
      [student],
    );
  const some = evaluate([1, 0, 1]);
  expect(readNow(some.value)[0]).toBeCloseTo((row(0.5, 0.5) + middle) / 2, 6);
  // (p_student - p_teacher) / kept rows
  const expected = [0.125, -0.125, 0, 0, -0.125, 0.125];
  [...readNow(some.gradients[0]!)].forEach((part, place) => expect(part).toBeCloseTo(expected[place]!, 6));
  const none = evaluate([0, 0, 0]);
  expect(readNow(none.value)[0]).toBeCloseTo(0, 12);
  expect([...readNow(none.gradients[0]!)].every((part) => part === 0)).toBe(true);
  disposeAll([teacher, student, some.value, none.value, ...some.gradients, ...none.gradients]);
});
