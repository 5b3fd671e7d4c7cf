import { compareDraws, differingSettings, type Comparison, type RankFigures } from "@kdf/analysis";
import { createStreams } from "@kdf/tensor";
import type { RankedAugmenter, Ranking } from "@kdf/trainer";

/** A ranking whose values have intervals, as JSON can hold it. */
export interface ComparedRanking extends Omit<Ranking, "rows"> {
  readonly rows: readonly ComparedAugmenter[];
  /** What makes values not comparable. */
  readonly warnings: readonly string[];
}

export interface ComparedAugmenter extends Omit<RankedAugmenter, "draws"> {
  /** By the key of `results`, for what is a statistic of draws. */
  readonly intervals: Readonly<Record<string, NonNullable<Comparison["interval"]>>>;
  /** Augmenters whose value by which they are ranked differs from this one's by no more than chance; absent where that is not known. */
  readonly withinNoise?: readonly string[];
}

/** Intervals by bootstrap over the draws, from a stream of the run's seed. */
export function compareRanking({ rows, by, ...ranking }: Ranking, seed: number): ComparedRanking {
  const streams = createStreams(seed);
  const keys = Object.keys(rows[0]?.draws ?? {});
  const compared = new Map(
    keys.map((key) => [key, compareDraws(rows.map(({ augmenter, draws }) => ({ name: augmenter, ...(draws[key] && { draws: draws[key] }) })), streams.at(`bootstrap of ${key}`))]),
  );
  return {
    ...{ by, ...ranking },
    rows: rows.map(({ draws: _draws, ...row }, place) => {
      const intervals = keys.flatMap((key) => {
        const { interval } = compared.get(key)![place]!;
        return interval === undefined ? [] : [[key, interval] as const];
      });
      const withinNoise = compared.get(by.key)?.[place]?.withinNoise;
      return { ...row, intervals: Object.fromEntries(intervals), ...(withinNoise && { withinNoise }) };
    }),
    warnings: differingSettings(rows.map(({ augmenter, settings }) => ({ name: augmenter, settings }))),
  };
}

/** What a report shows of it. */
export function rankFigures({ rows, by, warnings }: ComparedRanking, facts: RankFigures["facts"], command: string): RankFigures {
  const numberOr = (value: unknown): number | null => (typeof value === "number" ? value : null);
  return {
    ...{ key: by.key, better: by.better, facts, warnings, command },
    rows: rows.map(({ augmenter, results, intervals, withinNoise, seconds }) => ({
      name: augmenter,
      value: numberOr(results[by.key]),
      ...(intervals[by.key] && { interval: intervals[by.key]! }),
      ...(withinNoise && { withinNoise }),
      others: Object.fromEntries(Object.entries(results).map(([key, value]) => [key, numberOr(value)])),
      seconds,
    })),
  };
}
