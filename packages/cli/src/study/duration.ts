import { commandLineInvalid } from "@kdf/core";

const seconds = { s: 1, m: 60, h: 3600 } as const;

/** Milliseconds of `40m`, `2h`, `1h30m`, `90s`. KDF_COMMAND_LINE_INVALID. */
export function readDuration(text: string, option: string, command: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)([hms])/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join("") !== text) {
    throw commandLineInvalid({ problem: `${option} ${text} is no duration such as 40m, 2h or 1h30m.`, command });
  }
  return parts.reduce((sum, [, value, unit]) => sum + Number(value) * seconds[unit as keyof typeof seconds] * 1000, 0);
}
