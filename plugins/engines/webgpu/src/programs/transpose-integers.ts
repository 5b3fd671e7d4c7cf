import { elementwise, type Program } from "./program.js";

/** The types of coordinates by rank, and the names of their parts, in TensorFlow.js's shaders. */
const coordinates = ["i32", "i32", "vec2<i32>", "vec3<i32>", "vec4<i32>", "vec5", "vec6"];
const parts = ["x", "y", "z", "w", "u", "v"];

/**
 * int32 with its axes permuted: output axis i is input axis permutation[i]. In place of TensorFlow.js's own program, which
 * hands whole numbers to a function for fractions: from three dimensions on WGSL refuses it, and two go through float32.
 */
export function transposeIntegers(shape: readonly number[], permutation: readonly number[]): Program {
  const source = permutation.map((_, axis) => `coords.${parts[permutation.indexOf(axis)]}`);
  const rank = shape.length;
  return {
    ...elementwise(permutation.map((axis) => shape[axis]!)),
    variableNames: ["A"],
    shaderKey: `kdfTransposeIntegers_${permutation.join()}`,
    getUserCode: () => `
      fn main(index : i32) {
        if (index < uniforms.size) {
          let coords = getCoordsFromIndex(index);
          setOutputAtIndexI32(index, A[getIndexFromCoords${rank}D(${coordinates[rank]}(${source.join(", ")}), uniforms.aShape)]);
        }
      }
    `,
  };
}
