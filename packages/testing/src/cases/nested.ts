/** Numbers in arrays of arrays, as written in a test. All arrays of one depth have one length. */
export type Nested = number | readonly Nested[];

/** The lengths, outermost first. Throws a TypeError for arrays of different lengths. */
export function shapeOf(value: Nested): readonly number[] {
  if (typeof value === "number") return [];
  const shapes = value.map(shapeOf);
  const [first = []] = shapes;
  if (shapes.some((shape) => shape.join() !== first.join())) throw new TypeError("arrays of different lengths stand side by side");
  return [value.length, ...first];
}

/** The numbers, row-major. */
export function numbersOf(value: Nested): number[] {
  return typeof value === "number" ? [value] : value.flatMap(numbersOf);
}

/** Whether all values agree within `tolerance`, absolute for values below 1 and relative above. NaN agrees with nothing. */
export function close(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): boolean {
  return (
    found.length === expected.length &&
    Array.from(expected).every((value, place) => Math.abs(found[place]! - value) <= tolerance * Math.max(1, Math.abs(value)))
  );
}
