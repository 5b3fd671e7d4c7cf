import { curvePlot, type Curve } from "../plot/curves.js";
import { scatterPlot } from "../plot/scatter.js";
import type { Plot } from "../plot/svg.js";
import { correlationText } from "../report/numbers.js";
import { mean } from "../statistics/moments.js";
import type { StudyRecord } from "./study-record.js";
import type { PairSummary, StudySummary } from "./summary.js";

export interface NamedPlot {
  /** Of its files, without an ending; unique in the study. */
  readonly name: string;
  readonly pair: string;
  readonly kind: "scatter" | "curves";
  readonly plot: Plot;
}

/** All plots of a study: of each pair a scatter for each measured value, and its training curves. */
export function studyPlots(record: StudyRecord, summary: StudySummary): NamedPlot[] {
  const taken = new Set<string>();
  const named = (pair: string, kind: NamedPlot["kind"], stem: string, plot: Plot): NamedPlot => {
    const plain = fileStem(stem);
    let name = plain;
    for (let number = 2; taken.has(name); number += 1) name = `${plain}-${number}`;
    taken.add(name);
    return { name, pair, kind, plot };
  };
  return summary.pairs.flatMap((pair) => [
    ...summary.measured.flatMap((key) => {
      const plot = scatterOf(pair, key, summary.outcome.key, record.dataset);
      return plot === undefined ? [] : [named(pair.pair.id, "scatter", `scatter-${pair.pair.id}-${key}`, plot)];
    }),
    ...curvesOf(record, pair).map(([value, plot]) => named(pair.pair.id, "curves", `curves-${pair.pair.id}-${value}`, plot)),
  ]);
}

/** Letters that any file system takes. */
const fileStem = (text: string): string => text.toLowerCase().replace(/[^a-z0-9_]+/g, "-").replace(/^-+|-+$/g, "") || "plot";

function scatterOf({ pair, rows, correlations }: PairSummary, key: string, outcome: string, dataset: string): Plot | undefined {
  const points = rows.flatMap(({ augmenter, outcome: y, range, measurement }) => {
    const measured = measurement?.values[key];
    if (measured === undefined || y === undefined) return [];
    const { value: x, interval } = measured;
    return [{ name: augmenter, x, y, ...(interval && { xSpread: [interval.low, interval.high] as const }), ...(range && { ySpread: range }) }];
  });
  if (points.length === 0) return undefined;
  const own = correlations.find((correlation) => correlation.key === key)!;
  const all = [correlationText("Pearson", own.pearson), correlationText("Spearman", own.spearman), correlationText("Kendall", own.kendall)];
  const notes = "reason" in own.pearson ? [`no correlation: ${own.pearson.reason}`] : all;
  return scatterPlot({ title: `${pair.id}, ${dataset}`, xName: key, yName: `student's test ${outcome}`, points, notes });
}

/** One plot for each value that was recorded by epoch: the mean over the seeds, a line for each augmenter. */
function curvesOf({ augmenters, cells }: StudyRecord, { pair }: PairSummary): (readonly [string, Plot])[] {
  const own = cells.filter((cell) => cell.pair === pair.id);
  const names = [...new Set(own.flatMap(({ epochs }) => epochs.flatMap(({ values }) => Object.keys(values))))];
  const wanted = names.filter((name) => name.startsWith("validation ") || name === "training total");
  return wanted.map((name) => {
    const curves = augmenters.flatMap((augmenter): Curve[] => {
      const byEpoch = new Map<number, number[]>();
      for (const { epochs } of own.filter((cell) => cell.augmenter === augmenter)) {
        for (const { epoch, values } of epochs) {
          const value = values[name];
          if (Number.isFinite(value)) byEpoch.set(epoch, [...(byEpoch.get(epoch) ?? []), value!]);
        }
      }
      // An epoch that only some seeds have reached would bend the line.
      const most = Math.max(0, ...[...byEpoch.values()].map((values) => values.length));
      const points = [...byEpoch].filter(([, values]) => values.length === most).sort(([a], [b]) => a - b);
      return points.length === 0 ? [] : [{ name: augmenter, points: points.map(([epoch, values]) => [epoch, mean(values)] as const) }];
    });
    return [name, curvePlot({ title: `${pair.id}: ${name}`, xName: "epoch", yName: name, curves })] as const;
  });
}
