import { deviation, mean } from "../statistics/moments.js";
import { quantileT } from "../statistics/student-t.js";
import type { StudySummary } from "./summary.js";

/** A student of the study beside the best one. */
export interface ComparedStudent {
  readonly pair: string;
  readonly augmenter: string;
  readonly seeds: number;
  /** Mean over the seeds of the study's outcome. */
  readonly outcome: number;
  /** Over the seeds, unbiased; there from the second on. */
  readonly deviation?: number;
  /** Means over the seeds of what else is known of the test images. */
  readonly others: Readonly<Record<string, number>>;
  /** Mean seconds of the trainings whose time is known. */
  readonly seconds?: number;
  /** This student's outcome less the best one's; there where both have two seeds in common. */
  readonly difference?: PairedDifference;
}

export interface PairedDifference {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** Seeds that both have. */
  readonly seeds: number;
}

/** Of confidence. */
export const differenceLevel = 0.95;

/** All students of a study, best first, each beside the best. */
export function compareStudents({ pairs, outcome: { key, better } }: StudySummary): readonly ComparedStudent[] {
  const rows = pairs.flatMap(({ pair, rows: own }) => own.flatMap((row) => (row.outcome === undefined ? [] : [{ ...row, outcome: row.outcome, pair: pair.id }])));
  const sorted = rows.sort((a, b) => (better === "lower" ? a.outcome - b.outcome : b.outcome - a.outcome));
  const valuesOf = ({ cells }: (typeof rows)[number]): Map<number, number> => new Map(cells.map(({ seed, final }) => [seed, final![key]!]));
  return sorted.map((row, place): ComparedStudent => {
    const { pair, augmenter, cells, outcome } = row;
    const others = Object.keys(cells[0]!.final!).filter((name) => name !== key && cells.every(({ final }) => name in final!));
    const seconds = cells.flatMap((cell) => cell.seconds ?? []);
    const difference = place === 0 ? undefined : pairedDifference(valuesOf(row), valuesOf(sorted[0]!));
    return {
      ...{ pair, augmenter, seeds: cells.length, outcome },
      ...(row.deviation !== undefined && { deviation: row.deviation }),
      others: Object.fromEntries(others.map((name) => [name, mean(cells.map(({ final }) => final![name]!))])),
      ...(seconds.length > 0 && { seconds: mean(seconds) }),
      ...(difference && { difference }),
    };
  });
}

/**
 * The mean difference a - b over the seeds that both have, with its 95 % interval by Student's t on the differences: a seed
 * gives two students the same split and order, and those of one network the same first weights, so that much of what
 * differs between seeds cancels out.
 * Undefined below two seeds.
 */
export function pairedDifference(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): PairedDifference | undefined {
  const differences = [...a].flatMap(([seed, value]) => (b.has(seed) ? [value - b.get(seed)!] : []));
  const count = differences.length;
  if (count < 2) return undefined;
  const centre = mean(differences);
  const reach = quantileT((1 + differenceLevel) / 2, count - 1) * (deviation(differences) / Math.sqrt(count));
  return { mean: centre, low: centre - reach, high: centre + reach, seeds: count };
}
