import type { TensorLike } from "@kdf/core";
import * as tf from "@tensorflow/tfjs";
import { detach } from "../gradients.js";
import { recordable } from "../recording.js";
import { unwrap, type Tensor } from "../tensor.js";

/** A tensor, or a number that stands for a scalar. Shapes broadcast as in NumPy. */
export type Operand = TensorLike | number;

const operand = (a: Operand): Tensor | number => (typeof a === "number" ? a : unwrap(a));

export const add = recordable("add", (a: Operand, b: Operand): Tensor => tf.add(operand(a), operand(b)));
export const subtract = recordable("subtract", (a: Operand, b: Operand): Tensor => tf.sub(operand(a), operand(b)));
export const multiply = recordable("multiply", (a: Operand, b: Operand): Tensor => tf.mul(operand(a), operand(b)));
export const divide = recordable("divide", (a: Operand, b: Operand): Tensor => tf.div(operand(a), operand(b)));
/** Of two equal values the first has the gradient. */
export const minimum = recordable("minimum", (a: Operand, b: Operand): Tensor => tf.tidy(() => tf.minimum(...ofOneShape(a, b))));
/** Of two equal values the first has the gradient. */
export const maximum = recordable("maximum", (a: Operand, b: Operand): Tensor => tf.tidy(() => tf.maximum(...ofOneShape(a, b))));

/** TensorFlow.js forgets to sum these two operations' gradients over what was stretched. */
function ofOneShape(a: Operand, b: Operand): [Tensor | number, Tensor | number] {
  if (typeof a === "number" || typeof b === "number") return [operand(a), operand(b)];
  const shape = tf.broadcast_util.assertAndGetBroadcastShape([...a.shape], [...b.shape]);
  return [tf.broadcastTo(unwrap(a), shape), tf.broadcastTo(unwrap(b), shape)];
}
export const power = recordable("power", (a: TensorLike, exponent: Operand): Tensor => tf.pow(unwrap(a), operand(exponent)));
export const negate = recordable("negate", (a: TensorLike): Tensor => tf.neg(unwrap(a)));
/** |a|, with gradient 0 at 0 as in PyTorch (TensorFlow.js gives -1). */
export const absolute = recordable("absolute", (a: TensorLike): Tensor => tf.tidy(() => tf.mul(unwrap(a), detach(tf.sign(unwrap(a))))));
export const exponential = recordable("exponential", (a: TensorLike): Tensor => tf.exp(unwrap(a)));
export const logarithm = recordable("logarithm", (a: TensorLike): Tensor => tf.log(unwrap(a)));
/** The gradient at 0 is infinite. */
export const squareRoot = recordable("squareRoot", (a: TensorLike): Tensor => tf.sqrt(unwrap(a)));
export const reciprocalSquareRoot = recordable("reciprocalSquareRoot", (a: TensorLike): Tensor => tf.rsqrt(unwrap(a)));
/** As a product, which the wasm engine computes seven times faster than its own square. */
export const square = recordable("square", (a: TensorLike): Tensor => tf.mul(unwrap(a), unwrap(a)));
export const sigmoid = recordable("sigmoid", (a: TensorLike): Tensor => tf.sigmoid(unwrap(a)));
/** x where it is above 0, else slope·x. The gradient at 0 is the slope, as in PyTorch. */
export const leakyRectifiedLinear = recordable("leakyRectifiedLinear", (a: TensorLike, slope: number): Tensor => tf.leakyRelu(unwrap(a), slope));
export const softplus = recordable("softplus", (a: TensorLike): Tensor => tf.softplus(unwrap(a)));
/** The largest whole number that is not above. The gradient is 0. */
export const floor = recordable("floor", (a: TensorLike): Tensor => tf.floor(unwrap(a)));
/** The gradient passes within the bounds and on them. */
export const clip = recordable("clip", (a: TensorLike, low: number, high: number): Tensor => tf.clipByValue(unwrap(a), low, high));

/** No gradient: without this, TensorFlow.js would look for one as soon as two comparisons are combined. */
const constant = (a: Operand): Tensor | number => (typeof a === "number" ? a : detach(a));

export const greater = recordable("greater", (a: TensorLike, b: Operand): Tensor => tf.tidy(() => tf.greater(constant(a), constant(b))));
export const greaterEqual = recordable("greaterEqual", (a: TensorLike, b: Operand): Tensor => tf.tidy(() => tf.greaterEqual(constant(a), constant(b))));
export const equal = recordable("equal", (a: TensorLike, b: Operand): Tensor => tf.tidy(() => tf.equal(constant(a), constant(b))));
export const logicalAnd = recordable("logicalAnd", (a: TensorLike, b: TensorLike): Tensor => tf.logicalAnd(unwrap(a), unwrap(b)));
/** `condition ? a : b`, element by element. */
export const where = recordable("where", (condition: TensorLike, a: TensorLike, b: TensorLike): Tensor =>
  tf.where(unwrap(condition), unwrap(a), unwrap(b)));
