import type { Matrix } from "@kdf/core";

/** What a teacher says of an image, by the softmax at temperature 1. */
export interface TeacherAnswer {
  /** The most probable class. */
  readonly class: number;
  readonly probability: number;
  /** In nats: from 0 to the logarithm of the number of classes. */
  readonly entropy: number;
}

/** One for each row, in double precision. */
export function teacherAnswers({ rows, columns, data }: Matrix): TeacherAnswer[] {
  return Array.from({ length: rows }, (_, row) => {
    const logits = [...data.subarray(row * columns, (row + 1) * columns)];
    const largest = Math.max(...logits);
    const exponentials = logits.map((logit) => Math.exp(logit - largest));
    const sum = exponentials.reduce((a, b) => a + b, 0);
    // H = -Σ p ln p with ln p = logit - largest - ln sum
    const mean = exponentials.reduce((total, value, at) => total + (value / sum) * (logits[at]! - largest), 0);
    return { class: logits.indexOf(largest), probability: 1 / sum, entropy: Math.max(0, Math.log(sum) - mean) };
  });
}
