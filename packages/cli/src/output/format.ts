/** Numbers and times as people read them. */
import type { Json } from "@kdf/core";

/** Four significant digits; very small and very large numbers in scientific notation. */
export function formatNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(3);
  return String(Number(value.toPrecision(4)));
}

/** `h:mm:ss`, or `m:ss` below an hour. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number): string => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** A share as per cent with two digits: 0.9213 is 92.13 %. */
export function formatPercent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

/** A metric's value, as it stands below others: shares as per cent, four digits that are all shown, a dash for what is missing. */
export function formatCell(name: string, value: Json | undefined): string {
  if (typeof value !== "number") return value === null || value === undefined ? "-" : JSON.stringify(value);
  if (/^top\d+$/.test(name)) return formatPercent(value);
  const text = formatNumber(value);
  return text.includes(".") && !text.includes("e") ? value.toPrecision(4) : text;
}

/** Joins parts with two spaces into lines of at most `columns`. */
export function wrap(parts: readonly string[], columns: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 2 + part.length <= columns) lines[lines.length - 1] = `${last}  ${part}`;
    else lines.push(part);
  }
  return lines;
}
