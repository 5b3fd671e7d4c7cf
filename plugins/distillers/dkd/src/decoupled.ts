import type { TensorLike } from "@kdf/core";
import {
  add,
  detach,
  exponential,
  largest,
  logarithm,
  logSoftmax,
  multiply,
  oneHot,
  scope,
  subtract,
  sum,
  type Tensor,
} from "@kdf/tensor";

/** Log probabilities of one model, softened: how sure it is of the target, and what it makes of the other classes. */
interface Decoupled {
  /** [B,1] log p(target) */
  readonly target: Tensor;
  /** [B,1] log (1 - p(target)) */
  readonly rest: Tensor;
  /** [B,K] log p(class | not the target); far below all others in the target's place. */
  readonly others: Tensor;
}

/** Lowers a log probability so far that its exponential is 0, and leaves it finite. */
const excluded = 1e6;

/**
 * TCKD and NCKD of Zhao et al. 2022, T² KL(teacher ‖ student) / B at the temperature T, scalars: `targetClass` between the
 * target and all other classes together, `nonTargetClass` among the other classes. Logits [B,K], labels [B] int32. All is
 * computed with logarithms: where a model is sure of an image, its terms are finite. The gradient flows into the student.
 */
export function decoupledDivergence(
  teacher: TensorLike,
  student: TensorLike,
  labels: TensorLike,
  temperature: number,
): { readonly targetClass: Tensor; readonly nonTargetClass: Tensor } {
  const [rows = 1, classes = 1] = student.shape;
  const factor = temperature ** 2 / rows;
  return scope(() => {
    const target = oneHot(labels, classes);
    const t = decouple(detach(teacher), target, temperature);
    const s = decouple(student, target, temperature);
    return {
      targetClass: multiply(add(divergence(t.target, s.target), divergence(t.rest, s.rest)), factor),
      nonTargetClass: multiply(divergence(t.others, s.others), factor),
    };
  });
}

/** `target` [B,K] is 1 at the labels and 0 elsewhere. */
function decouple(logits: TensorLike, target: TensorLike, temperature: number): Decoupled {
  const all = logSoftmax(multiply(logits, 1 / temperature));
  const others = subtract(all, multiply(target, excluded));
  const rest = logSumExponentials(others);
  return { target: sum(multiply(all, target), 1, true), rest, others: subtract(others, rest) };
}

/** x [B,K] -> [B,1], safe for numbers of any size. */
function logSumExponentials(x: Tensor): Tensor {
  const top = detach(largest(x, 1, true));
  return add(top, logarithm(sum(exponential(subtract(x, top)), 1, true)));
}

/** Σ p (log p - log q) over all places of two tensors of log probabilities. */
function divergence(logP: Tensor, logQ: Tensor): Tensor {
  return sum(multiply(exponential(logP), subtract(logP, logQ)));
}
