import type { TensorLike } from "@kdf/core";
import * as tf from "@tensorflow/tfjs";
import { recordable } from "../recording.js";
import { unwrap, type Tensor } from "../tensor.js";

const top = 6;

/** The gradient of relu6 as TensorFlow.js has it passes at 6 itself, where PyTorch's stops. */
const clipped = tf.customGrad((x, save) => {
  const value = tf.relu6(x as Tensor);
  (save as tf.GradSaveFunc)([value]);
  const gradFunc = (dy: Tensor, [y]: Tensor[]): Tensor =>
    tf.where(tf.logicalAnd(tf.greater(y!, 0), tf.less(y!, top)), dy, tf.zerosLike(dy));
  return { value, gradFunc };
});

/** min(max(x, 0), 6), with gradient 0 at 0 and at 6, as in PyTorch. */
export const rectifiedLinear6 = recordable("rectifiedLinear6", (x: TensorLike): Tensor => clipped(unwrap(x)));
