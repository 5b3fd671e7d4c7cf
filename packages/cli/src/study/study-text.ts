import type { StudyRecord } from "@kdf/analysis";
import { formatCell } from "../output/format.js";
import { paragraph } from "../output/paragraph.js";
import { formatTable } from "../output/table.js";

/** A table for each pair: what was measured before the training and what came of it, and what is missing. */
export function studyText({ pairs, augmenters, cells, measurements }: StudyRecord, metrics: readonly string[], outcome: string, columns: number): string {
  const tables = pairs.map(({ id, teacher, student }) => {
    const rows = augmenters.map((augmenter) => {
      const measured = measurements.find((one) => one.pair === id && one.augmenter === augmenter);
      const finals = cells.flatMap((cell) => (cell.pair === id && cell.augmenter === augmenter ? (cell.final?.[outcome] ?? []) : []));
      const mean = finals.length === 0 ? null : finals.reduce((sum, value) => sum + value, 0) / finals.length;
      return [augmenter, ...metrics.map((metric) => formatCell(metric, measured?.values[metric]?.value)), formatCell(outcome, mean), String(finals.length)];
    });
    return `${paragraph(`${id}: ${teacher} -> ${student}`, columns)}\n${formatTable(["augmenter", ...metrics, `test ${outcome}`, "runs"], rows)}`;
  });
  return tables.join("\n\n");
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
