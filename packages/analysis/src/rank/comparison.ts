import type { MetricDraws, RandomStream } from "@kdf/core";
import { difference, drawPlaces, interval, resample, type Resampling } from "../statistics/bootstrap.js";
import type { MeasuredInterval } from "../study/study-record.js";

export interface Compared {
  readonly name: string;
  /** Absent where the metric's value is no statistic of draws. */
  readonly draws?: MetricDraws;
}

export interface Comparison {
  readonly name: string;
  /** Of the value; absent where there are too few draws for one. */
  readonly interval?: MeasuredInterval;
  /** Names whose value may be this one's as well; absent where that is not known of any. */
  readonly withinNoise?: readonly string[];
}

export const level = 0.95;
const times = 2000;

/**
 * Intervals of values by bootstrap over their draws (95 %), and which of the values differ by no more than chance:
 * where the interval of the difference, over the same resampled draws, holds 0. What was drawn from the same batches varies
 * together, so that a difference is known better than either value. No correction is made for the number of pairs.
 */
export function compareDraws(given: readonly Compared[], stream: RandomStream): Comparison[] {
  const places = new Map<number, readonly (readonly number[])[]>();
  const resampled = given.map(({ draws }): Resampling | undefined => {
    if (draws === undefined || draws.count < 3) return undefined;
    if (!places.has(draws.count)) places.set(draws.count, drawPlaces(draws.count, times, stream));
    return resample(draws, places.get(draws.count)!);
  });
  return given.map(({ name, draws }, own) => {
    const mine = resampled[own];
    if (mine === undefined) return { name };
    const found = interval(mine, level);
    const others = given.flatMap((other, place) => {
      const theirs = resampled[place];
      return place === own || theirs === undefined || other.draws!.count !== draws!.count ? [] : [{ name: other.name, differ: isApart(mine, theirs) }];
    });
    return {
      name,
      ...(found && { interval: found }),
      ...(others.length > 0 && { withinNoise: others.filter(({ differ }) => !differ).map((other) => other.name) }),
    };
  });
}

function isApart(one: Resampling, other: Resampling): boolean {
  const apart = difference(one, other);
  const found = interval(apart, level);
  // Without an interval, all resampled differences are the same: what both share has cancelled.
  return found === undefined ? apart.value !== 0 && apart.resampled.every((value) => Math.sign(value) === Math.sign(apart.value)) : found.low > 0 || found.high < 0;
}
