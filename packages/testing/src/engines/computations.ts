import { trainingSteps } from "./blocks/training-steps.js";
import type { Computation } from "./computation.js";
import { elementwise } from "./computations/elementwise.js";
import { linear } from "./computations/linear.js";
import { optimizing } from "./computations/optimizing.js";
import { reduction } from "./computations/reduction.js";
import { shaping } from "./computations/shape.js";
import { training } from "./computations/training.js";

/** Every operation that kdf trains with, and whole steps: the same in every process, by seeds. Names are unique. */
export function computations(): Computation[] {
  return [...elementwise(), ...reduction(), ...shaping(), ...linear(), ...training(), ...optimizing(), ...trainingSteps()];
}
