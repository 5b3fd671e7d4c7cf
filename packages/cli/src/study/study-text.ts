import { augmentersOf, kendall, measuredAugmentersOf, pearson, spearman, type Correlation, type StudyRecord } from "@kdf/analysis";
import { formatCell, formatNumber } from "../output/format.js";
import { paragraph } from "../output/paragraph.js";
import { formatTable } from "../output/table.js";

/** A table for each pair: what was measured before the training and what came of it, and how the two go together. */
export function studyText(record: StudyRecord, measuredMetrics: readonly string[], columns: number): string {
  const { pairs, cells, measurements, outcome } = record;
  const key = outcome?.key ?? "loss";
  return pairs
    .map((pair) => {
      const { id, teacher, student } = pair;
      const metrics = measuredAugmentersOf(record, pair).length === 0 ? [] : measuredMetrics;
      const rows = augmentersOf(record, pair).map((augmenter) => {
        const measured = measurements.find((one) => one.pair === id && one.augmenter === augmenter);
        const finals = cells.flatMap((cell) => (cell.pair === id && cell.augmenter === augmenter ? (cell.final?.[key] ?? []) : []));
        const mean = finals.length === 0 ? null : finals.reduce((sum, value) => sum + value, 0) / finals.length;
        return { augmenter, values: metrics.map((metric) => measured?.values[metric]?.value ?? null), mean, runs: finals.length };
      });
      const texts = rows.map(({ augmenter, values, mean, runs }) => ({
        augmenter,
        values: values.map((value, place) => formatCell(metrics[place]!, value)),
        outcome: [formatCell(key, mean), String(runs)],
      }));
      // Measured values that the terminal has no room for stand in the report.
      const tableOf = (shown: number): string =>
        formatTable(
          ["augmenter", ...metrics.slice(0, shown), `test ${key}`, "runs"],
          texts.map(({ augmenter, values, outcome: own }) => [augmenter, ...values.slice(0, shown), ...own]),
        );
      const tables = Array.from({ length: Math.max(1, metrics.length) }, (_, place) => tableOf(metrics.length - place));
      const table = tables.find((text) => text.split("\n").every((line) => line.length <= columns)) ?? tables.at(-1)!;
      const together = metrics.map((metric, place) => {
        const points = rows.flatMap(({ values, mean }) => (values[place] === null || mean === null ? [] : [[values[place]!, mean] as const]));
        return paragraph(`${metric} with test ${key}: ${correlationsOf(points)}`, columns, "  ").trimStart();
      });
      return [paragraph(`${id}: ${teacher} -> ${student}`, columns), table, ...together].join("\n");
    })
    .join("\n\n");
}

function correlationsOf(points: readonly (readonly [number, number])[]): string {
  const [x, y] = [points.map(([value]) => value), points.map(([, value]) => value)];
  const [linear, ranks, order] = [pearson(x, y), spearman(x, y), kendall(x, y)];
  if ("reason" in linear) return `no correlation, ${linear.reason}`;
  const said = (name: string, found: Correlation): string => ("reason" in found ? `${name} none` : `${name} ${found.coefficient.toFixed(4)} (p ${formatNumber(found.p)})`);
  return [said("Pearson", linear), said("Spearman", ranks), said("Kendall", order)].join(", ");
}

/** What is not there, and why; empty where all is there. */
export function missingText({ cells, measurements }: StudyRecord, columns: number): string {
  const named = [
    ...cells.map((cell) => ({ ...cell, label: `${cell.pair}, ${cell.augmenter}, seed ${cell.seed}` })),
    ...measurements.map((one) => ({ ...one, label: `${one.pair}, ${one.augmenter}, measurement` })),
  ];
  const failed = named.filter(({ state }) => state === "failed");
  const missing = named.filter(({ state }) => state === "missing");
  const reasons = [...new Set(missing.map(({ reason }) => reason ?? ""))];
  return [
    ...failed.map(({ label, reason }) => paragraph(`failed: ${label}: ${reason ?? "for no reason that was told"}`, columns)),
    ...reasons.map((reason) => paragraph(`missing: ${missing.filter((one) => (one.reason ?? "") === reason).length}: ${reason}`, columns)),
  ].join("\n");
}
