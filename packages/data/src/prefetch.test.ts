import { expect, test } from "vitest";
import { prefetch } from "./prefetch.js";

test("keeps the order whatever finishes first", async () => {
  const make = async (index: number) => {
    await new Promise((resolve) => setTimeout(resolve, index % 2 === 0 ? 8 : 1));
    return index;
  };
  const seen: number[] = [];
  for await (const item of prefetch(make, { from: 2, end: 9, depth: 3 })) seen.push(item);
  expect(seen).toEqual([2, 3, 4, 5, 6, 7, 8]);
});

test("has at most `depth` items out at once", async () => {
  let made = 0;
  let taken = 0;
  let most = 0;
  const make = async (index: number) => {
    made += 1;
    most = Math.max(most, made - taken);
    return index;
  };
  for await (const item of prefetch(make, { from: 0, end: 20, depth: 4 })) {
    taken += 1;
    expect(item).toBe(taken - 1);
  }
  expect(most).toBe(4);
});

test("a failure comes in its turn, and a consumer that stops early leaves no unhandled rejection", async () => {
  const make = async (index: number) => {
    if (index === 2) throw new Error("third");
    return index;
  };
  const seen: number[] = [];
  await expect(async () => {
    for await (const item of prefetch(make, { from: 0, end: 5, depth: 5 })) seen.push(item);
  }).rejects.toThrow("third");
  expect(seen).toEqual([0, 1]);

  for await (const item of prefetch(make, { from: 0, end: 5, depth: 5 })) {
    expect(item).toBe(0);
    break;
  }
  await new Promise((resolve) => setTimeout(resolve, 5)); // vitest fails a test file with unhandled rejections.
});
