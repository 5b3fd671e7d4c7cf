import { canonicalJson } from "@kdf/core";
import { kendall, pearson, spearman, type Correlation } from "../statistics/correlation.js";
import { deviation, mean } from "../statistics/moments.js";
import { midranks } from "../statistics/ranks.js";
import { augmentersOf, measuredAugmentersOf, withoutAugmenter, type StudyCell, type StudyMeasurement, type StudyPair, type StudyRecord } from "./study-record.js";

/** What a study's students came to, and what was said of them before. */
export interface StudySummary {
  readonly outcome: { readonly key: string; readonly better: "lower" | "higher" };
  /** Keys of the measured values, in the order in which they come first. */
  readonly measured: readonly string[];
  readonly pairs: readonly PairSummary[];
  readonly ranking: readonly RankedAcrossPairs[];
  /** What makes numbers that stand side by side not comparable. */
  readonly warnings: readonly string[];
  /** What is not there, and why. */
  readonly missing: readonly string[];
}

export interface PairSummary {
  readonly pair: StudyPair;
  readonly rows: readonly AugmenterSummary[];
  /** Of each measured value with the outcome, over the augmenters that have both; none where all train without one. */
  readonly correlations: readonly MeasuredCorrelation[];
}

export interface MeasuredCorrelation {
  readonly key: string;
  readonly pearson: Correlation;
  readonly spearman: Correlation;
  readonly kendall: Correlation;
}

export interface AugmenterSummary {
  readonly augmenter: string;
  /** Of the students that are done, by seed. */
  readonly cells: readonly StudyCell[];
  /** The mean over the seeds that are done. */
  readonly outcome?: number;
  /** Over the seeds, unbiased; there from the second on. */
  readonly deviation?: number;
  readonly range?: readonly [low: number, high: number];
  readonly measurement?: StudyMeasurement;
}

export interface RankedAcrossPairs {
  readonly augmenter: string;
  /** By pair, from 1 for the best; missing where the pair lacks the augmenter. */
  readonly ranks: readonly (number | undefined)[];
  readonly meanRank: number;
  /** In how many pairs it is the best, or shares that place. */
  readonly best: number;
  /** Mean rank by the first measured value, where lower is better. */
  readonly meanMeasuredRank?: number;
}

/** Summarises a study as far as it is done. */
export function summariseStudy(record: StudyRecord): StudySummary {
  const outcome = record.outcome ?? { key: "loss", better: "lower" };
  const measured = [...new Set(record.measurements.flatMap(({ values }) => Object.keys(values)))];
  const pairs = record.pairs.map((pair) => summarisePair(record, pair, outcome.key, measured));
  return {
    outcome,
    measured,
    pairs,
    ranking: rankAcross(record.augmenters, pairs, outcome.better, measured[0]),
    warnings: [...settingWarnings(record), ...seedWarnings(pairs)],
    missing: missingOf(record),
  };
}

function summarisePair(record: StudyRecord, pair: StudyPair, key: string, measured: readonly string[]): PairSummary {
  const rows = augmentersOf(record, pair).map((augmenter): AugmenterSummary => {
    const isOwn = (one: { readonly pair: string; readonly augmenter: string }): boolean => one.pair === pair.id && one.augmenter === augmenter;
    const cells = record.cells.filter((cell) => isOwn(cell) && cell.state === "done" && Number.isFinite(cell.final?.[key]));
    const measurement = record.measurements.find((one) => isOwn(one) && one.state === "done");
    return { augmenter, cells, ...spreadOf(cells.map(({ final }) => final![key]!)), ...(measurement && { measurement }) };
  });
  const isMeasured = measuredAugmentersOf(record, pair).length > 0;
  const correlations = (isMeasured ? measured : []).map((name): MeasuredCorrelation => {
    const points = rows.filter((row) => row.outcome !== undefined && row.measurement?.values[name] !== undefined);
    const [x, y] = [points.map((row) => row.measurement!.values[name]!.value), points.map((row) => row.outcome!)];
    return { key: name, pearson: pearson(x, y), spearman: spearman(x, y), kendall: kendall(x, y) };
  });
  return { pair, rows, correlations };
}

function spreadOf(values: readonly number[]): Pick<AugmenterSummary, "outcome" | "deviation" | "range"> {
  if (values.length === 0) return {};
  const outcome = mean(values);
  return values.length === 1 ? { outcome } : { outcome, deviation: deviation(values), range: [Math.min(...values), Math.max(...values)] };
}

function rankAcross(augmenters: readonly string[], pairs: readonly PairSummary[], better: "lower" | "higher", measured: string | undefined): RankedAcrossPairs[] {
  const ranksOf = (value: (row: AugmenterSummary) => number | undefined): (number | undefined)[][] =>
    pairs.map(({ rows }) => {
      const known = rows.filter((row) => value(row) !== undefined);
      const ranks = midranks(known.map((row) => value(row)!));
      return augmenters.map((augmenter) => ranks[known.findIndex((row) => row.augmenter === augmenter)]);
    });
  const byOutcome = ranksOf(({ outcome }) => (outcome === undefined ? undefined : better === "lower" ? outcome : -outcome));
  const byMeasured = measured === undefined ? [] : ranksOf(({ measurement }) => measurement?.values[measured]?.value);
  const meanOfKnown = (ranks: readonly (number | undefined)[]): number | undefined => {
    const known = ranks.filter((rank) => rank !== undefined);
    return known.length === 0 ? undefined : mean(known);
  };
  return augmenters
    .flatMap((augmenter, place): RankedAcrossPairs[] => {
      const ranks = byOutcome.map((ofPair) => ofPair[place]);
      const meanRank = meanOfKnown(ranks);
      if (meanRank === undefined) return [];
      const firsts = byOutcome.map((ofPair) => Math.min(...ofPair.filter((rank) => rank !== undefined)));
      const meanMeasuredRank = meanOfKnown(byMeasured.map((ofPair) => ofPair[place]));
      return [{ augmenter, ranks, meanRank, best: ranks.filter((rank, pair) => rank === firsts[pair]).length, ...(meanMeasuredRank !== undefined && { meanMeasuredRank }) }];
    })
    .sort((one, other) => one.meanRank - other.meanRank);
}

/** Measured values that stand side by side must have been measured alike. */
function settingWarnings({ pairs, measurements }: StudyRecord): string[] {
  return pairs.flatMap(({ id }) => {
    const own = measurements.filter(({ pair, state }) => pair === id && state === "done");
    return differingSettings(own.map(({ augmenter, settings, draws }) => ({ name: augmenter, settings: { ...settings, draws } }))).map((text) => `${id}: ${text}`);
  });
}

/** A sentence for each setting in which values differ that are compared. */
export function differingSettings(measured: readonly { readonly name: string; readonly settings: StudyMeasurement["settings"] }[]): string[] {
  const keys = [...new Set(measured.flatMap(({ settings }) => Object.keys(settings)))];
  return keys.flatMap((key) => {
    const groups = new Map<string, string[]>();
    for (const { name, settings } of measured) {
      const text = settings[key] === undefined ? "none" : canonicalJson(settings[key]);
      groups.set(text, [...(groups.get(text) ?? []), name]);
    }
    if (groups.size < 2) return [];
    return [`values that differ in ${key} are not comparable: ${[...groups].map(([text, names]) => `${text} (${names.join(", ")})`).join("; ")}`];
  });
}

function seedWarnings(pairs: readonly PairSummary[]): string[] {
  return pairs.flatMap(({ pair, rows }) => {
    const counts = new Set(rows.filter(({ cells }) => cells.length > 0).map(({ cells }) => cells.map(({ seed }) => seed).sort((a, b) => a - b).join(", ")));
    return counts.size < 2 ? [] : [`${pair.id}: means are over different seeds: ${[...counts].join("; ")}`];
  });
}

function missingOf(record: StudyRecord): string[] {
  const { pairs, seeds, cells, measurements } = record;
  const because = (state: string, reason: string | undefined): string => `${state}${reason === undefined ? "" : `: ${reason}`}`;
  return pairs.flatMap((pair) =>
    augmentersOf(record, pair).flatMap((augmenter) => {
      const { id } = pair;
      const measurement = measurements.find((one) => one.pair === id && one.augmenter === augmenter);
      return [
        ...(measurement?.state === "done" || augmenter === withoutAugmenter ? [] : [`${id}, ${augmenter}, measurement: ${because(measurement?.state ?? "missing", measurement?.reason)}`]),
        ...seeds.flatMap((seed) => {
          const cell = cells.find((one) => one.pair === id && one.augmenter === augmenter && one.seed === seed);
          return cell?.state === "done" ? [] : [`${id}, ${augmenter}, seed ${seed}: ${because(cell?.state ?? "missing", cell?.reason)}`];
        }),
      ];
    }),
  );
}
