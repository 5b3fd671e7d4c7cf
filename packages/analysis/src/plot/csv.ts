import type { PlotTable } from "./svg.js";

/** A table as RFC 4180 has it; what is missing is empty. */
export function csvOf({ head, rows }: PlotTable): string {
  const cell = (value: string | number | null): string => {
    const text = value === null ? "" : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `${[head, ...rows].map((row) => row.map(cell).join(",")).join("\n")}\n`;
}
