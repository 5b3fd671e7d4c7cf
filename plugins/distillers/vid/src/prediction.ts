import type { RandomStream, TensorLike } from "@kdf/core";
import { Convolution, Module, Weight } from "@kdf/nn";
import { add, divide, floats, logarithm, mean, multiply, rectifiedLinear, scope, softplus, square, subtract, type Tensor } from "@kdf/tensor";

/** Keeps a variance above 0. */
const epsilon = 1e-5;
const initialVariance = 5;
/** The softplus of this, and epsilon, are the initial variance. */
const initialLogScale = Math.log(Math.exp(initialVariance - epsilon) - 1);

/**
 * A Gaussian of the teacher's map given the student's at the same place: its mean by three 1x1 convolutions, its
 * variance one number for each channel (Ahn et al. 2019, equations 4 and 5). Parts are named as in RepDistiller.
 */
export class Prediction extends Module {
  /** As PyTorch numbers them: convolutions, and between them a ReLU without weights. */
  readonly regressor: readonly [Convolution, null, Convolution, null, Convolution];
  /** [teacher's channels] */
  readonly log_scale: Weight;

  constructor({ student, teacher }: { readonly student: number; readonly teacher: number }, stream: RandomStream) {
    super();
    const convolution = (inputs: number): Convolution => new Convolution({ inputs, outputs: teacher, size: 1 }, stream);
    this.regressor = [convolution(student), null, convolution(teacher), null, convolution(teacher)];
    this.log_scale = new Weight(floats(new Float32Array(teacher).fill(initialLogScale), [teacher]));
  }

  /** Of maps of one size: the mean of [(μ(student) - teacher)² / σ² + log σ²] / 2, the Gaussian's -log but for a constant. */
  negativeLogLikelihood(student: TensorLike, teacher: TensorLike): Tensor {
    const [first, , second, , third] = this.regressor;
    return scope(() => {
      const expected = third.forward(rectifiedLinear(second.forward(rectifiedLinear(first.forward(student)))));
      const variance = add(softplus(this.log_scale.value), epsilon);
      const errors = divide(square(subtract(expected, teacher)), variance);
      return multiply(mean(add(errors, logarithm(variance))), 0.5);
    });
  }
}
