import type { WebGPUProgram } from "@tensorflow/tfjs-backend-webgpu";

/** A compute shader in WGSL, as TensorFlow.js's backend takes it and completes it with its own functions. */
export type Program = WebGPUProgram;

/** What a program declares that computes one element of its output in each invocation, by `main(index)`. */
export function elementwise(outputShape: readonly number[]): Pick<Program, "outputShape" | "workgroupSize" | "dispatchLayout" | "dispatch" | "size"> {
  const size = outputShape.reduce((product, length) => product * length, 1);
  return {
    outputShape: [...outputShape],
    workgroupSize: [64, 1, 1],
    dispatchLayout: { x: outputShape.map((_, axis) => axis) },
    dispatch: [Math.ceil(size / 64), 1, 1],
    size: true,
  };
}
