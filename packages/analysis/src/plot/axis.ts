/** From values to places along an axis. */
export interface Axis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  /** Pixels. */
  at(value: number): number;
  /** A tick as it is written beside the axis, with as many digits as tell it from its neighbours. */
  text(value: number): string;
}

export interface Span {
  /** Pixels of the low and the high end; the low one may be larger, as on a vertical axis. */
  readonly from: number;
  readonly to: number;
  /** About how many ticks there is room for. */
  readonly ticks: number;
}

/** An axis that holds all values with some air around them. */
export function axisOf(values: readonly number[], { from, to, ticks: wanted }: Span, air = 0.06): Axis {
  const finite = values.filter(Number.isFinite);
  let [low, high] = finite.length === 0 ? [0, 1] : [Math.min(...finite), Math.max(...finite)];
  const room = high > low ? (high - low) * air : Math.abs(low) * 0.05 || 1;
  [low, high] = [low - room, high + room];
  const step = niceStep((high - low) / wanted);
  const ticks: number[] = [];
  for (let count = Math.ceil(low / step); count * step <= high + step * 1e-9; count += 1) ticks.push(count * step);
  const digits = digitsOf(step);
  const scientific = Math.max(Math.abs(low), Math.abs(high)) < 1e-4 || Math.max(Math.abs(low), Math.abs(high)) >= 1e6;
  return {
    low,
    high,
    ticks,
    at: (value) => from + ((value - low) / (high - low)) * (to - from),
    text: (value) => (Math.abs(value) < step / 2 ? "0" : scientific ? String(Number(value.toPrecision(3))) : value.toFixed(digits)),
  };
}

/** The next of 1, 2, 2.5 and 5 times a power of ten. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10);
}

/** Digits behind the point that a step needs: 2.5 one, 0.25 two. */
function digitsOf(step: number): number {
  let digits = 0;
  while (digits < 20 && Math.abs(step * 10 ** digits - Math.round(step * 10 ** digits)) > 1e-6) digits += 1;
  return digits;
}
