import type { OperationName } from "./operations.js";

const bins = 10;

/** `place` of the ten evenly spaced numbers from `first` to `last`, in single precision from the nearer end, as torch counts. */
function spaced(first: number, last: number, place: number): number {
  const [begin, end] = [Math.fround(first), Math.fround(last)];
  const step = Math.fround(Math.fround(end - begin) / (bins - 1));
  return Math.fround(place < bins / 2 ? begin + Math.fround(step * place) : end - Math.fround(step * (bins - 1 - place)));
}

interface Range {
  /** What a magnitude of 0 to 9 means for images [height, width]: a slope, pixels, degrees, a change of a factor, bits, a grey level. */
  readonly value: (place: number, height: number, width: number) => number;
  /** Whether a sign is drawn. */
  readonly signed: boolean;
}

const slope: Range = { value: (place) => spaced(0, 0.3, place), signed: true };
const factor: Range = { value: (place) => spaced(0, 0.9, place), signed: true };
/** The paper moves images of 331 pixels by up to 150. */
const share = 150 / 331;

/** The operations that have a magnitude, as torchvision reads the paper's tables. */
const ranges: Readonly<Partial<Record<OperationName, Range>>> = {
  ShearX: slope,
  ShearY: slope,
  TranslateX: { value: (place, _, width) => spaced(0, share * width, place), signed: true },
  TranslateY: { value: (place, height) => spaced(0, share * height, place), signed: true },
  Rotate: { value: (place) => spaced(0, 30, place), signed: true },
  Brightness: factor,
  Color: factor,
  Contrast: factor,
  Sharpness: factor,
  Posterize: { value: (place) => 8 - Math.round(spaced(0, 4, place)), signed: false },
  Solarize: { value: (place) => spaced(255, 0, place), signed: false },
};

/** The value of a magnitude, negative where the operation has signs and `positive` is false; 0 of operations without one. */
export function magnitudeOf(operation: OperationName, place: number | undefined, positive: boolean, height: number, width: number): number {
  const range = ranges[operation];
  if (range === undefined || place === undefined) return 0;
  const value = range.value(place, height, width);
  return range.signed && !positive ? -value : value;
}
