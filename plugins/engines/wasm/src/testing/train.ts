import { createHash } from "node:crypto";
import * as tf from "@tensorflow/tfjs";
import { operations } from "../operations.js";
import { Draw } from "./draw.js";

/** SHA-256 of the weights after four steps of training a small network on the running engine. */
export function trainedHash(): string {
  const draw = new Draw(8);
  const variable = (...shape: number[]) => tf.variable(tf.tensor(draw.numbers(shape).data, shape));
  const weights = [
    variable(3, 3, 3, 16), variable(16), variable(16), variable(3, 3, 16, 24), variable(24), variable(24), variable(24, 10),
  ] as const;
  const [first, firstGamma, firstBeta, second, secondGamma, secondBeta, last] = weights;
  const images = tf.tensor(draw.numbers([16, 20, 20, 3]).data, [16, 20, 20, 3]) as tf.Tensor4D;
  const labels = tf.cast(tf.oneHot(tf.range(0, 16, 1, "int32").mod(tf.scalar(10, "int32")) as tf.Tensor1D, 10), "float32");
  const normalize = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) =>
    operations.rectifiedLinear(operations.batchNormalizationTraining(x, gamma, beta, 1e-5, [8, 8]).output);
  for (let step = 0; step < 4; step++) {
    const { value, grads } = tf.variableGrads(() => {
      let x = normalize(tf.conv2d(images, first as unknown as tf.Tensor4D, 1, "same"), firstGamma, firstBeta);
      x = normalize(tf.conv2d(x as tf.Tensor4D, second as unknown as tf.Tensor4D, 2, "valid"), secondGamma, secondBeta);
      const logits = tf.matMul(tf.mean(x, [1, 2]), last as unknown as tf.Tensor2D);
      return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), labels), 1)));
    });
    for (const weight of weights) tf.tidy(() => weight.assign(tf.sub(weight, tf.mul(grads[weight.name]!, 0.1))));
    tf.dispose([value, grads]);
  }
  const hash = createHash("sha256");
  for (const weight of weights) hash.update(weight.dataSync());
  tf.dispose([[...weights], images, labels]);
  return hash.digest("hex");
}

/** What every machine and every number of threads gives. Changes with the kernels, and then on purpose. */
export const GOLDEN_HASH = "7cc75086355bd54a283ba2da19d951cee844bbadb76c92d3958c734bc18402cf";
