import { expect, it } from "vitest";
import { teacherAnswers } from "./preview-answers.js";

const of = (...logits: number[]) => teacherAnswers({ rows: 1, columns: logits.length, data: Float32Array.from(logits) })[0]!;

it("is the entropy of chosen probabilities, by hand, whatever is added to the logits", () => {
  const probabilities = [0.5, 0.25, 0.125, 0.125];
  const bits = 0.5 * 1 + 0.25 * 2 + 2 * 0.125 * 3;
  for (const shift of [0, 300, -300]) {
    const answer = of(...probabilities.map((p) => Math.log(p) + shift));
    expect(answer.class).toBe(0);
    expect(answer.probability).toBeCloseTo(0.5, 4);
    expect(answer.entropy).toBeCloseTo(bits * Math.LN2, 4);
  }
});

it("ends at 0 and at the logarithm of the classes", () => {
  expect(of(0, 2000, 0)).toEqual({ class: 1, probability: 1, entropy: 0 });
  const even = of(2, 2, 2);
  expect(even.class).toBe(0);
  expect(even.entropy).toBeCloseTo(Math.log(3), 12);
});

it("is made for every row", () => {
  const answers = teacherAnswers({ rows: 2, columns: 2, data: Float32Array.of(9, 0, 0, 9) });
  expect(answers.map((answer) => answer.class)).toEqual([0, 1]);
});
