import { scope, type Tensor } from "@kdf/tensor";

/**
 * x through `steps`, one after the other. What lies between is disposed as soon as the next step has read it, so that
 * a deep network holds two maps and not all of them; x stays its owner's, the result is the caller's.
 */
export function inTurn(x: Tensor, steps: readonly ((x: Tensor) => Tensor)[]): Tensor {
  let current = x;
  for (const step of steps) {
    const next = scope(() => step(current));
    if (current !== x && current !== next) current.dispose();
    current = next;
  }
  return current;
}
