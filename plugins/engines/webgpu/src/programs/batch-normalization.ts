import { elementwise, type Program } from "./program.js";

/**
 * Programs of batch normalisation by the batch's own statistics. x and dy are [rows, C] whatever their shape; sums over
 * rows are made in two steps, each about as long as the root of the number of rows: neighbouring invocations read
 * neighbouring numbers, nothing is transposed, and the rounding error stays small.
 */

/** How many sums over rows are made side by side: the first step's. */
export const partsOf = (rows: number): number => Math.ceil(Math.sqrt(rows));

const uniforms = "channels : i32, rows : i32, epsilon : f32,";

/** Sums of `term`, an expression in `place` (of the element) and `channel`, of every parts-th row each -> [parts, C] or [2, parts, C]. */
function partialSums(name: string, variableNames: readonly string[], terms: readonly string[], parts: number, channels: number): Program {
  return {
    ...elementwise([terms.length, parts, channels]),
    variableNames: [...variableNames],
    uniforms,
    shaderKey: `kdf${name}`,
    getUserCode: () => `
      fn main(index : i32) {
        if (index < uniforms.size) {
          let channel = index % uniforms.channels;
          let part = index / uniforms.channels % uniforms.outShape[1];
          let term = index / (uniforms.channels * uniforms.outShape[1]);
          var sum = 0.0;
          for (var row = part; row < uniforms.rows; row += uniforms.outShape[1]) {
            let place = row * uniforms.channels + channel;
            ${terms.map((term, number) => `if (term == ${number}) { sum += ${term}; }`).join("\n            ")}
          }
          setOutputAtIndex(index, sum);
        }
      }
    `,
  };
}

/** x -> [1, parts, C] */
export const sumsOfValues = (parts: number, channels: number): Program => partialSums("SumsOfValues", ["x"], ["x[place]"], parts, channels);

/** x, mean [C] -> [1, parts, C] */
export const sumsOfSquares = (parts: number, channels: number): Program =>
  partialSums("SumsOfSquares", ["x", "mean"], ["(x[place] - mean[channel]) * (x[place] - mean[channel])"], parts, channels);

/** dy, x, mean [C] -> [2, parts, C]: of dy, and of dy times the centred x */
export const sumsOfGradients = (parts: number, channels: number): Program =>
  partialSums("SumsOfGradients", ["dy", "x", "mean"], ["dy[place]", "dy[place] * (x[place] - mean[channel])"], parts, channels);

/** sums [1, parts, C] -> [C]: the mean over rows */
export const meanOfSums = (channels: number): Program => ({
  ...elementwise([channels]),
  variableNames: ["sums"],
  uniforms,
  shaderKey: "kdfMeanOfSums",
  getUserCode: () => `
    fn main(index : i32) {
      if (index < uniforms.size) {
        var sum = 0.0;
        for (var part = 0; part < uniforms.sumsShape[1]; part++) {
          sum += sums[part * uniforms.channels + index];
        }
        setOutputAtIndex(index, sum / f32(uniforms.rows));
      }
    }
  `,
});

/** sums [2, parts, C], variance [C] -> [2, C]: the gradients in beta and gamma */
export const gradientsOfSums = (channels: number): Program => ({
  ...elementwise([2, channels]),
  variableNames: ["sums", "variance"],
  uniforms,
  shaderKey: "kdfGradientsOfSums",
  getUserCode: () => `
    fn main(index : i32) {
      if (index < uniforms.size) {
        let channel = index % uniforms.channels;
        let first = index / uniforms.channels * uniforms.sumsShape[1];
        var sum = 0.0;
        for (var part = first; part < first + uniforms.sumsShape[1]; part++) {
          sum += sums[part * uniforms.channels + channel];
        }
        let factor = select(1.0, inverseSqrt(variance[channel] + uniforms.epsilon), first > 0);
        setOutputAtIndex(index, sum * factor);
      }
    }
  `,
});

/** x, gamma, beta, mean, variance -> the output, of the shape of x */
export const normalize = (shape: readonly number[]): Program => ({
  ...elementwise(shape),
  variableNames: ["x", "gamma", "beta", "mean", "variance"],
  uniforms,
  shaderKey: "kdfNormalize",
  getUserCode: () => `
    fn main(index : i32) {
      if (index < uniforms.size) {
        let channel = index % uniforms.channels;
        let scale = gamma[channel] * inverseSqrt(variance[channel] + uniforms.epsilon);
        setOutputAtIndex(index, (x[index] - mean[channel]) * scale + beta[channel]);
      }
    }
  `,
});

/** dy, x, gamma, mean, variance, gradients [2, C] in beta and gamma -> the gradient in x */
export const normalizeGradient = (shape: readonly number[]): Program => ({
  ...elementwise(shape),
  variableNames: ["dy", "x", "gamma", "mean", "variance", "gradients"],
  uniforms,
  shaderKey: "kdfNormalizeGradient",
  getUserCode: () => `
    fn main(index : i32) {
      if (index < uniforms.size) {
        let channel = index % uniforms.channels;
        let deviation = inverseSqrt(variance[channel] + uniforms.epsilon);
        let normalized = (x[index] - mean[channel]) * deviation;
        let statistics = gradients[channel] + normalized * gradients[uniforms.channels + channel];
        setOutputAtIndex(index, gamma[channel] * deviation * (dy[index] - statistics / f32(uniforms.rows)));
      }
    }
  `,
});
