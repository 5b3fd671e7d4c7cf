import { html } from "../html.js";
import { csvOf } from "../plot/csv.js";
import { dotPlot } from "../plot/dots.js";
import { svgFile, type Plot, type PlotTable } from "../plot/svg.js";
import { shortNumber } from "../report/numbers.js";
import { figure, list, reportPage, table, type Cell, type Section } from "../report/page.js";
import type { Comparison } from "./comparison.js";

/** A ranking of augmenters, as a report shows it. */
export interface RankFigures {
  /** The name of the value by which they are ranked. */
  readonly key: string;
  readonly better: "lower" | "higher";
  /** Best first. */
  readonly rows: readonly RankFigure[];
  /** What the values depend on, in order. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** What makes the values not comparable. */
  readonly warnings: readonly string[];
  /** The command that makes it again. */
  readonly command: string;
}

export interface RankFigure extends Comparison {
  /** Null where there is none yet. */
  readonly value: number | null;
  /** Of the other metrics, and of this one. */
  readonly others: Readonly<Record<string, number | null>>;
  readonly seconds: number;
}

/** The ranking as an SVG file. */
export const rankSvg = (figures: RankFigures): string => svgFile(rankPlot(figures));

/** The ranking as a CSV file: a row for each augmenter. */
export const rankCsv = (figures: RankFigures): string => csvOf(numbersOf(figures));

/** The ranking as a page of its own: no script, nothing from elsewhere. */
export function rankHtml(figures: RankFigures): string {
  const { key, better, rows, facts, warnings, command } = figures;
  const head = ["augmenter", key, "95 % interval", "within noise of", "seconds"];
  const cells = rows.map(({ name, value, interval, withinNoise, seconds }): Cell[] => [
    name,
    value,
    interval === undefined ? "–" : `[${shortNumber(interval.low)}, ${shortNumber(interval.high)}]`,
    withinNoise === undefined ? "not known" : withinNoise.length === 0 ? "none" : withinNoise.join(", "),
    seconds.toFixed(1),
  ]);
  const sections: Section[] = [
    ...(warnings.length === 0 ? [] : [{ id: "before", heading: "Before you read the numbers", body: html`<div class="warning">${list(warnings)}</div>` }]),
    { id: "ranking", heading: `By ${key}, best first: ${better} is better`, body: html`<div class="figures">${figure(rankPlot(figures), "rank")}</div>${table("Ranking", head, cells)}` },
    { id: "how", heading: "How to read it", body: html`<p>${explanation}</p><p>To rank again: <code>${command}</code></p>` },
  ];
  return reportPage({
    title: "Augmentations, ranked before any training",
    lead: `What a teacher alone says of ${rows.length} augmentations.`,
    facts,
    sections,
    foot: "Made by kdf rank.",
  });
}

const explanation =
  "Intervals are t intervals with the standard error of a bootstrap over the draws. Two values are within noise of each other where the interval of " +
  "their difference holds 0; all were drawn from the same batches, so that a difference is known better than either value. Each comparison is made alone " +
  "at 95 %: of many, one in twenty is wrong by chance.";

function rankPlot({ key, better, rows }: RankFigures): Plot {
  const dots = rows.flatMap(({ name, value, interval }) => (value === null ? [] : [{ name, value, ...(interval && { interval: [interval.low, interval.high] as const }) }]));
  return dotPlot({ title: `${key} of ${dots.length} augmentations`, valueName: key, dots, note: `Best first: ${better} is better. Lines are 95 % intervals over the draws.` });
}

function numbersOf({ key, rows }: RankFigures): PlotTable {
  const others = [...new Set(rows.flatMap((row) => Object.keys(row.others)))].filter((name) => name !== key);
  return {
    head: ["augmenter", key, "low", "high", "within noise of", ...others, "seconds"],
    rows: rows.map(({ name, value, interval, withinNoise, others: own, seconds }) => [
      name,
      value,
      interval?.low ?? null,
      interval?.high ?? null,
      withinNoise?.join(" ") ?? null,
      ...others.map((other) => own[other] ?? null),
      seconds,
    ]),
  };
}
