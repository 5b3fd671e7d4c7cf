import type { MetricDraws, RandomStream } from "@kdf/core";
import type { MeasuredInterval } from "../study/study-record.js";
import { cumulative, quantile } from "./normal.js";

/** A statistic, as it is and as it would have been with other draws. */
export interface Resampling {
  readonly value: number;
  /** With draws chosen at random from those that there are. */
  readonly resampled: readonly number[];
  /** With each draw left out once. */
  readonly leftOut: readonly number[];
}

/** `times` lists of `count` places, each drawn with replacement. Statistics of the same draws take the same lists. */
export function drawPlaces(count: number, times: number, stream: RandomStream): readonly (readonly number[])[] {
  return Array.from({ length: times }, () => Array.from({ length: count }, () => stream.integer(count)));
}

/** Undefined where there are fewer than three draws, or the statistic does not always exist. */
export function resample(draws: MetricDraws, places: readonly (readonly number[])[]): Resampling | undefined {
  if (draws.count < 3) return undefined;
  const all = Array.from({ length: draws.count }, (_, place) => place);
  const value = draws.value(all);
  const resampled = places.map((chosen) => draws.value(chosen));
  const leftOut = all.map((left) => draws.value(all.filter((place) => place !== left)));
  if (value === null || !isComplete(resampled) || !isComplete(leftOut)) return undefined;
  return { value, resampled, leftOut };
}

const isComplete = (values: readonly (number | null)[]): values is number[] => values.every((value) => value !== null && Number.isFinite(value));

/** The difference a - b of two statistics of the same draws, resampled with the same places. */
export function difference(a: Resampling, b: Resampling): Resampling {
  const less = (x: readonly number[], y: readonly number[]): number[] => x.map((value, place) => value - y[place]!);
  return { value: a.value - b.value, resampled: less(a.resampled, b.resampled), leftOut: less(a.leftOut, b.leftOut) };
}

/**
 * The bias-corrected and accelerated bootstrap interval (BCa; Efron 1987, "Better Bootstrap Confidence Intervals",
 * JASA 82). A standard deviation of resampled draws is too small on average, since some draws come twice: the correction
 * takes that out, which the plain percentiles do not. Undefined where the statistic does not vary.
 */
export function interval({ value, resampled, leftOut }: Resampling, level: number): MeasuredInterval | undefined {
  const sorted = Float64Array.from(resampled).sort();
  if (sorted.length === 0 || sorted[0] === sorted.at(-1)) return undefined;
  const share = (resampled.filter((one) => one < value).length + resampled.filter((one) => one <= value).length) / (2 * resampled.length);
  const bias = quantile(share);
  const acceleration = accelerationOf(leftOut);
  if (!Number.isFinite(bias) || !Number.isFinite(acceleration)) return undefined;
  const at = (probability: number): number => {
    const shifted = bias + quantile(probability);
    return percentile(sorted, cumulative(bias + shifted / (1 - acceleration * shifted)));
  };
  return { low: at((1 - level) / 2), high: at((1 + level) / 2), level };
}

/** A sixth of the skewness of the jackknife's influences. */
function accelerationOf(leftOut: readonly number[]): number {
  const middle = leftOut.reduce((a, b) => a + b, 0) / leftOut.length;
  const away = leftOut.map((value) => middle - value);
  const squares = away.reduce((sum, value) => sum + value ** 2, 0);
  return away.reduce((sum, value) => sum + value ** 3, 0) / (6 * squares ** 1.5);
}

/** Between two values of a sorted list, in proportion. */
function percentile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.min(sorted.length - 2, Math.floor(place));
  return sorted[below]! + (sorted[below + 1]! - sorted[below]!) * (place - below);
}
