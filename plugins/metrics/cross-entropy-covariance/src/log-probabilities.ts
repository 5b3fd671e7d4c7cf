import type { Matrix } from "@kdf/core";

/** logits [B,K] -> log probabilities at temperature 1 [B][K], in double precision. */
export function logProbabilities({ rows, columns, data }: Matrix): Float64Array[] {
  return Array.from({ length: rows }, (_, row) => {
    const logits = Float64Array.from(data.subarray(row * columns, (row + 1) * columns));
    const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
    const logSum = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0));
    return logits.map((logit) => logit - largest - logSum);
  });
}
