import { describe, expect, test } from "vitest";
import { MemoryImageSource, subset } from "./image-source.js";
import { isValidation, splitHash, splitTraining, validationRows } from "./split.js";

const whole = new MemoryImageSource(
  Uint8Array.from({ length: 6000 }, (_, row) => row % 251),
  Int32Array.from({ length: 6000 }, (_, row) => row % 10),
);
const configuration = { fraction: 0.1, seed: 0 };

describe("the validation split", () => {
  test("parts the rows: each in one of the two, in order", () => {
    const { training, validation } = splitTraining(whole, configuration);
    const together = [...training.identities, ...validation.identities].sort((a, b) => a - b);
    expect(together).toEqual([...whole.identities]);
    expect([...training.identities]).toEqual([...training.identities].sort((a, b) => a - b));
  });

  test("carries each row's own pixels and label", async () => {
    const { validation } = splitTraining(whole, configuration);
    const identity = validation.identities[5]!;
    expect(await validation.read(Int32Array.from([5]))).toEqual(Uint8Array.from([identity % 251]));
    expect(validation.labels[5]).toBe(identity % 10);
  });

  test("takes about the fraction", () => {
    // 6000 draws at 0.1: mean 600, standard deviation 23.2; four of those on each side.
    const rows = validationRows(whole.identities, configuration).length;
    expect(rows).toBeGreaterThan(507);
    expect(rows).toBeLessThan(693);
  });

  test("a subset of the data agrees with the whole on every image, in any order", () => {
    const rows = Int32Array.from({ length: 500 }, (_, at) => (at * 7 + 3) % 6000).reverse();
    const ofWhole = new Set(splitTraining(whole, configuration).validation.identities);
    const ofPart = splitTraining(subset(whole, rows), configuration);
    expect(ofPart.validation.length).toBeGreaterThan(0);
    for (const identity of ofPart.validation.identities) expect(ofWhole.has(identity)).toBe(true);
    for (const identity of ofPart.training.identities) expect(ofWhole.has(identity)).toBe(false);
  });

  test("fraction 0 keeps none; a larger fraction only adds", () => {
    const nothing = splitTraining(whole, { fraction: 0, seed: 0 });
    expect(nothing.validation.length).toBe(0);
    expect(nothing.training.length).toBe(6000);
    const larger = new Set(validationRows(whole.identities, { fraction: 0.2, seed: 0 }));
    for (const row of validationRows(whole.identities, configuration)) expect(larger.has(row)).toBe(true);
  });

  test("another seed draws other rows", () => {
    const other = validationRows(whole.identities, { fraction: 0.1, seed: 1 });
    expect([...other].filter((row) => isValidation(row, configuration)).length).toBeLessThan(other.length / 3);
  });
});

test("the split's hash is that of the sorted identities", () => {
  // printf '2\n10\n300\n' | sha256sum
  const expected = "6d767b18868a8cbc93f6000aa6e86ca10d8d77b5ccbfca36eae00ee5d186c955";
  expect(splitHash(Int32Array.from([300, 2, 10]))).toBe(expected);
  expect(splitHash(Int32Array.from([]))).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
});
