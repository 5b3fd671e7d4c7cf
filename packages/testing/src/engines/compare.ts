import type { Values } from "./computation.js";

/** ‖ours − reference‖ / ‖reference‖; not finite where one has a number in a place that the other has not. */
export function relativeError(ours: Values, reference: Values): number {
  let difference = 0;
  let norm = 0;
  reference.data.forEach((expected, place) => {
    const found = ours.data[place]!;
    if (Object.is(found, expected) || (Number.isNaN(found) && Number.isNaN(expected))) {
      if (Number.isFinite(expected)) norm += expected ** 2;
      return;
    }
    difference += (found - expected) ** 2;
    norm += expected ** 2;
  });
  if (difference === 0) return 0;
  return norm === 0 ? Math.sqrt(difference) : Math.sqrt(difference / norm);
}

/** What differs between two lists of tensors by more than `tolerance` allows, in words. */
export function difference(what: string, ours: readonly Values[], reference: readonly Values[], tolerance: number): string | undefined {
  if (ours.length !== reference.length) return `it gives ${ours.length} ${what}s instead of ${reference.length}`;
  for (const [place, expected] of reference.entries()) {
    const found = ours[place]!;
    const name = `${what} ${place + 1} of ${reference.length}`;
    if (found.shape.join() !== expected.shape.join()) return `${name} has shape [${found.shape.join(", ")}] instead of [${expected.shape.join(", ")}]`;
    if (found.data.constructor !== expected.data.constructor) return `${name} has other numbers: ${found.data.constructor.name} instead of ${expected.data.constructor.name}`;
    const error = relativeError(found, expected);
    if (!(error <= tolerance)) return `${name}, of shape [${expected.shape.join(", ")}], differs by ${error.toExponential(1)} of its norm`;
  }
  return undefined;
}
