import { formatTable } from "../output/table.js";
import type { StudyPlan } from "./plan-study.js";
import type { Task } from "./task.js";

/** A line of the table: trainings of one kind and pair. */
export interface BudgetRow {
  readonly what: string;
  readonly cells: number;
  readonly done: number;
  /** Shortest and longest, in minutes; null where nothing tells them. */
  readonly minutes: readonly [number, number] | null;
  /** Of the trainings that are left, one after the other. */
  readonly hoursLeft: number | null;
}

export interface Budget {
  readonly rows: readonly BudgetRow[];
  readonly measurements: { readonly count: number; readonly done: number };
  readonly jobs: number;
  /** With `jobs` processes at once; null where a part of it is unknown. */
  readonly hoursLeft: number | null;
  /** Seconds that each training is expected to take or took, by the task's id. */
  readonly seconds: ReadonlyMap<string, number>;
}

/**
 * What a study will take. `measured`: seconds of single tasks, those of finished ones and of probes. Cells of one pair and
 * augmenter take the same time; where none was measured, an augmenter's share is taken from the other pairs.
 */
export function makeBudget({ tasks, study }: StudyPlan, measured: ReadonlyMap<string, number>, isDone: (id: string) => boolean, jobs: number): Budget {
  const trainings = tasks.filter(({ kind }) => kind !== "measurement");
  const estimate = estimator(trainings, measured, study.pairs[0]!.augmenters[0]!);
  const seconds = new Map(trainings.flatMap((task) => {
    const value = estimate(task);
    return value === undefined ? [] : [[task.id, value] as const];
  }));
  const groups = [...new Set(trainings.map(groupOf))].map((what) => ({ what, tasks: trainings.filter((task) => groupOf(task) === what) }));
  const rows = groups.map(({ what, tasks: group }): BudgetRow => {
    const known = group.flatMap(({ id }) => seconds.get(id) ?? []);
    const left = group.filter(({ id }) => !isDone(id));
    return {
      what,
      cells: group.length,
      done: group.length - left.length,
      minutes: known.length === 0 ? null : [Math.min(...known) / 60, Math.max(...known) / 60],
      hoursLeft: sumKnown(left.map(({ id }) => seconds.get(id)), 3600),
    };
  });
  const measurements = tasks.filter(({ kind }) => kind === "measurement");
  const all = rows.map(({ hoursLeft }) => hoursLeft ?? undefined);
  return {
    rows,
    measurements: { count: measurements.length, done: measurements.filter(({ id }) => isDone(id)).length },
    jobs,
    hoursLeft: sumKnown(all, jobs),
    seconds,
  };
}

const groupOf = ({ kind, pair }: Task): string => (kind === "cell" ? pair : kind === "teacher" ? `teacher ${pair}` : `frozen student ${pair}`);

/** The sum in units of `unit`; null where a part is missing. */
function sumKnown(parts: readonly (number | undefined)[], unit: number): number | null {
  return parts.includes(undefined) ? null : parts.reduce<number>((sum, part) => sum + part!, 0) / unit;
}

function estimator(tasks: readonly Task[], measured: ReadonlyMap<string, number>, reference: string): (task: Task) => number | undefined {
  const observed = new Map<string, number[]>();
  const key = (pair: string, augmenter: string): string => JSON.stringify([pair, augmenter]);
  for (const { id, kind, pair, augmenter } of tasks) {
    const value = kind === "cell" ? measured.get(id) : undefined;
    if (value !== undefined) observed.set(key(pair, augmenter), [...(observed.get(key(pair, augmenter)) ?? []), value]);
  }
  const of = (pair: string, augmenter: string): number | undefined => {
    const values = observed.get(key(pair, augmenter));
    return values && values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  const pairs = [...new Set(tasks.filter(({ kind }) => kind === "cell").map(({ pair }) => pair))];
  const shareOf = (augmenter: string): number => {
    const shares = pairs.flatMap((pair) => {
      const [own, base] = [of(pair, augmenter), of(pair, reference)];
      return own === undefined || base === undefined ? [] : [own / base];
    });
    return shares.length === 0 ? 1 : shares.reduce((sum, share) => sum + share, 0) / shares.length;
  };
  return ({ id, kind, pair, augmenter }) => {
    const own = measured.get(id);
    if (own !== undefined || kind === "teacher") return own;
    const base = of(pair, reference);
    return of(pair, augmenter) ?? (base === undefined ? undefined : base * shareOf(augmenter));
  };
}

/** The table, and what all of it takes. */
export function budgetText({ rows, measurements, jobs, hoursLeft }: Budget): string {
  const table = formatTable(
    ["trained", "cells", "done", "min/cell", "hours left"],
    rows.map(({ what, cells, done, minutes, hoursLeft: left }) => [
      what,
      String(cells),
      String(done),
      minutes === null ? "-" : rangeOf(minutes),
      left === null ? "-" : left.toFixed(2),
    ]),
  );
  const { count, done } = measurements;
  const total =
    hoursLeft === null
      ? "How long the rest takes is not known."
      : `Left: ${hoursLeft.toFixed(2)} hours with ${jobs === 1 ? "one process" : `${jobs} processes at once`}, without evaluations.`;
  return [table, "", `Measurements with the teacher: ${count}, of which ${done} done.`, total].join("\n");
}

function rangeOf([low, high]: readonly [number, number]): string {
  const text = (value: number): string => value.toFixed(value < 10 ? 2 : 1);
  return text(low) === text(high) ? text(low) : `${text(low)}-${text(high)}`;
}
