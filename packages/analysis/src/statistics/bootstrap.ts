import type { MetricDraws, RandomStream } from "@kdf/core";
import type { MeasuredInterval } from "../study/study-record.js";
import { deviation, mean } from "./moments.js";
import { quantileT } from "./student-t.js";

/** A statistic, as it is and as it would have been with other draws. */
export interface Resampling {
  readonly value: number;
  /** With draws chosen at random from those that there are. */
  readonly resampled: readonly number[];
  /** How many there are. */
  readonly draws: number;
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
  if (value === null || !isComplete(resampled)) return undefined;
  return { value, resampled, draws: draws.count };
}

const isComplete = (values: readonly (number | null)[]): values is number[] => values.every((value) => value !== null && Number.isFinite(value));

/** The difference a - b of two statistics of the same draws, resampled with the same places. */
export function difference(a: Resampling, b: Resampling): Resampling {
  return { value: a.value - b.value, resampled: a.resampled.map((value, place) => value - b.resampled[place]!), draws: a.draws };
}

/**
 * Student's t interval around the value, with the standard error of the bootstrap (Efron and Tibshirani 1993, chapter 12),
 * corrected for the n / (n - 1) that resampling loses of a variance (Hesterberg 2015, The American Statistician 69).
 *
 * Not percentiles, nor BCa: a standard deviation of resampled draws is too small, since some draws come twice, by more than
 * the standard deviation itself is. Of T. stddev over 20 draws BCa's 95 % held the truth in 81 % of simulated cases, this one
 * in 94 %. Undefined where the statistic does not vary.
 */
export function interval({ value, resampled, draws }: Resampling, level: number): MeasuredInterval | undefined {
  const error = deviation(resampled) * Math.sqrt(draws / (draws - 1));
  // Rounding makes equal numbers differ in their last digits.
  if (!(error > 1e-12 * Math.abs(mean(resampled)))) return undefined;
  const width = quantileT((1 + level) / 2, draws - 1) * error;
  return { low: value - width, high: value + width, level };
}
