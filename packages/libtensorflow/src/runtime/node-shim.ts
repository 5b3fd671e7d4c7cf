import { createRequire } from "node:module";

/** Functions that Node 23 removed and TensorFlow.js 4.22 still calls (tensorflow/tfjs#8425). */
interface Removed {
  isNullOrUndefined?: (value: unknown) => boolean;
  isArray?: (value: unknown) => boolean;
}

/** Gives them back. Before TensorFlow.js is loaded; where Node has them, nothing happens. */
export function restoreRemovedFunctions(): void {
  const utilities = createRequire(import.meta.url)("node:util") as Removed;
  utilities.isNullOrUndefined ??= (value) => value === null || value === undefined;
  utilities.isArray ??= (value) => Array.isArray(value);
}
