import type { TensorLike } from "@kdf/core";
import {
  absolute,
  add,
  detach,
  divide,
  expandDimension,
  floats,
  greater,
  matrixMultiply,
  maximum,
  mean,
  minimum,
  multiply,
  reciprocalSquareRoot,
  scope,
  square,
  squareRoot,
  squeeze,
  subtract,
  sum,
  toFloat,
  zeros,
  type Tensor,
} from "@kdf/tensor";

/** Of all pairs of rows what lies between them: [B,B,C] row j minus row i, and [B,B,1] the square of its length. */
interface Pairs {
  readonly between: Tensor;
  readonly squares: Tensor;
}

/** The authors' bounds: rows that are equal count as 1e-6 apart, and a direction is divided by 1e-12 or more. */
const leastSquaredDistance = 1e-12;
const leastSquaredLength = 1e-24;

/**
 * How far the student's rows relate to each other as the teacher's do (Park et al. 2019), scalars: the mean Huber
 * distance (delta 1) between both models'
 * - `distance`: distances of two rows, all B², in units of their mean over different rows;
 * - `angle`: cosines at row i of the angle between the rows j and k, all B³, 0 where j or k is i itself.
 * Rows [B,C]; the models may differ in C. A batch of one row has no relation: both are 0. The gradient flows into the
 * student only; where two rows are equal, the direction between them has none.
 */
export function relations(teacher: TensorLike, student: TensorLike): { readonly distance: Tensor; readonly angle: Tensor } {
  if (student.shape[0] === 1) return { distance: zeros([]), angle: zeros([]) };
  return scope(() => {
    const [t, s] = [pairs(detach(teacher)), pairs(student)];
    return { distance: huber(relativeDistances(s), relativeDistances(t)), angle: huber(cosines(s), cosines(t)) };
  });
}

function pairs(rows: TensorLike): Pairs {
  const between = subtract(expandDimension(rows, 0), expandDimension(rows, 1));
  return { between, squares: sum(square(between), 2, true) };
}

/** [B,B] */
function relativeDistances({ squares }: Pairs): Tensor {
  const [rows = 1] = squares.shape;
  const apart = Float32Array.from({ length: rows * rows }, (_, place) => (place % (rows + 1) === 0 ? 0 : 1));
  const all = squareRoot(maximum(squeeze(squares, [2]), leastSquaredDistance));
  const distances = multiply(all, floats(apart, [rows, rows]));
  return divide(distances, multiply(sum(distances), 1 / (rows * (rows - 1))));
}

/** [B,B,B] */
function cosines({ between, squares }: Pairs): Tensor {
  // Multiplied by 0 where rows are equal: the authors' gradient there is that of the direction times 1e12.
  const perLength = multiply(reciprocalSquareRoot(maximum(squares, leastSquaredLength)), toFloat(greater(squares, 0)));
  const directions = multiply(between, perLength);
  return matrixMultiply(directions, directions, false, true);
}

/** The mean of d²/2 where d = |a - b| is at most 1, and of d - 1/2 where it is more. */
function huber(a: Tensor, b: Tensor): Tensor {
  const distance = absolute(subtract(a, b));
  const near = minimum(distance, 1);
  return mean(add(multiply(square(near), 0.5), subtract(distance, near)));
}
