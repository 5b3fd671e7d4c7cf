import type { Correlation } from "../statistics/correlation.js";

/** Four significant digits, in full where that is short. */
export function shortNumber(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return String(value);
  const size = Math.abs(value);
  if (size < 1e-5 || size >= 1e6) return value.toExponential(3);
  return value.toPrecision(4);
}

/** A p as it is told: never as zero. */
export const shortP = (p: number): string => (p < 1e-4 ? "p < 0.0001" : `p = ${p >= 0.1 ? p.toFixed(2) : p.toPrecision(2)}`);

/** A coefficient with its p, or why there is none. */
export function correlationText(name: string, correlation: Correlation): string {
  return "reason" in correlation ? `${name}: none, ${correlation.reason}` : `${name} ${correlation.coefficient.toFixed(4)} (${shortP(correlation.p)})`;
}
