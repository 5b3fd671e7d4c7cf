import { upperTail } from "./normal.js";
import { inversionsP, pairingP } from "./permutation.js";
import { midranks, tieSizes } from "./ranks.js";
import { twoSidedT } from "./student-t.js";

/** How two lists of numbers go together. */
export interface FoundCorrelation {
  readonly n: number;
  /** Between -1 and 1. */
  readonly coefficient: number;
  /** Two-sided: how often independent numbers are correlated as much. */
  readonly p: number;
  /** What p comes from. */
  readonly test: string;
}

/** Where there is no correlation to speak of. */
export interface NoCorrelation {
  readonly n: number;
  readonly reason: string;
}

export type Correlation = FoundCorrelation | NoCorrelation;

/** Pairings of more are not counted one by one. */
const largestExactPairing = 11;
const largestExactOrder = 60;

/** Linear correlation. p from Student's t, exact where both are normal. */
export function pearson(x: readonly number[], y: readonly number[]): Correlation {
  const reason = unsuitable(x, y);
  if (reason !== undefined) return reason;
  return byT(product(x, y), x.length);
}

/**
 * Correlation of the ranks. p from all pairings of the given ranks, equal ones among them, for up to 11 points; from
 * Student's t beyond.
 */
export function spearman(x: readonly number[], y: readonly number[]): Correlation {
  const reason = unsuitable(x, y);
  if (reason !== undefined) return reason;
  const [a, b] = [midranks(x), midranks(y)];
  const found = byT(product(a, b), x.length);
  if (x.length > largestExactPairing) return found;
  const doubled = (ranks: readonly number[]): number[] => ranks.map((rank) => 2 * rank);
  return { ...found, p: pairingP(doubled(a), doubled(b)), test: "exact, all pairings" };
}

/**
 * Kendall's tau-b: pairs in the same order less pairs in opposite order, corrected for ties. p from all orders where no
 * two values are equal (up to 60 points), else from the normal approximation with the variance of ties (Kendall 1970).
 */
export function kendall(x: readonly number[], y: readonly number[]): Correlation {
  const reason = unsuitable(x, y);
  if (reason !== undefined) return reason;
  const n = x.length;
  let difference = 0;
  let discordant = 0;
  for (let one = 1; one < n; one += 1) {
    for (let other = 0; other < one; other += 1) {
      const sign = Math.sign(x[one]! - x[other]!) * Math.sign(y[one]! - y[other]!);
      difference += sign;
      if (sign < 0) discordant += 1;
    }
  }
  const pairs = (n * (n - 1)) / 2;
  const [ties, others] = [tieSizes(x), tieSizes(y)];
  const tied = (sizes: readonly number[]): number => sum(sizes, (t) => (t * (t - 1)) / 2);
  const coefficient = clamp(difference / Math.sqrt(pairs - tied(ties)) / Math.sqrt(pairs - tied(others)));
  if (ties.length === 0 && others.length === 0 && n <= largestExactOrder) {
    return { n, coefficient, p: inversionsP(discordant, n), test: "exact, all orders" };
  }
  const spread = (sizes: readonly number[]): number => sum(sizes, (t) => t * (t - 1) * (2 * t + 5));
  const triples = (sizes: readonly number[]): number => sum(sizes, (t) => t * (t - 1) * (t - 2));
  const variance =
    (2 * pairs * (2 * n + 5) - spread(ties) - spread(others)) / 18 +
    (tied(ties) * tied(others)) / pairs +
    (triples(ties) * triples(others)) / (18 * pairs * (n - 2));
  return { n, coefficient, p: Math.min(1, 2 * upperTail(Math.abs(difference) / Math.sqrt(variance))), test: "normal approximation, ties" };
}

/** The line of least squares y = slope x + intercept; undefined where x does not vary. */
export function regressionLine(x: readonly number[], y: readonly number[]): { readonly slope: number; readonly intercept: number } | undefined {
  if (x.length < 2 || isConstant(x)) return undefined;
  const [meanX, meanY] = [mean(x), mean(y)];
  const slope = sum(x, (value, place) => (value - meanX) * (y[place]! - meanY)) / sum(x, (value) => (value - meanX) ** 2);
  return { slope, intercept: meanY - slope * meanX };
}

function unsuitable(x: readonly number[], y: readonly number[]): NoCorrelation | undefined {
  const n = x.length;
  if (n !== y.length) throw new RangeError(`a correlation of ${n} numbers with ${y.length}`);
  if (![...x, ...y].every(Number.isFinite)) return { n, reason: "some values are not numbers" };
  if (n < 3) return { n, reason: `${n === 1 ? "1 point is" : `${n} points are`} too few: a correlation needs 3` };
  const constant = [...(isConstant(x) ? ["the first"] : []), ...(isConstant(y) ? ["the second"] : [])];
  if (constant.length === 0) return undefined;
  return { n, reason: `${constant.length === 2 ? "neither value varies" : `${constant[0]} value does not vary`}: all ${n} are equal` };
}

/** Rounding makes equal numbers differ in their last digits. */
function isConstant(values: readonly number[]): boolean {
  const middle = mean(values);
  return values.every((value) => Math.abs(value - middle) <= 1e-13 * Math.abs(middle));
}

function product(x: readonly number[], y: readonly number[]): number {
  const [a, b] = [unit(x), unit(y)];
  return clamp(sum(a, (value, place) => value * b[place]!));
}

/** Centred, of length 1. */
function unit(values: readonly number[]): number[] {
  const middle = mean(values);
  const centred = values.map((value) => value - middle);
  const length = Math.hypot(...centred);
  return centred.map((value) => value / length);
}

function byT(coefficient: number, n: number): FoundCorrelation {
  const degrees = n - 2;
  const t = coefficient * Math.sqrt(degrees / ((1 - coefficient) * (1 + coefficient)));
  return { n, coefficient, p: twoSidedT(t, degrees), test: `t, ${degrees} degree${degrees === 1 ? "" : "s"} of freedom` };
}

const clamp = (coefficient: number): number => Math.min(1, Math.max(-1, coefficient));
const mean = (values: readonly number[]): number => sum(values, (value) => value) / values.length;
const sum = (values: readonly number[], of: (value: number, place: number) => number): number =>
  values.reduce((total, value, place) => total + of(value, place), 0);
