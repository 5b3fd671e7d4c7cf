import { expect, test } from "vitest";
import { readDuration } from "./duration.js";

test.each([
  ["40m", 40 * 60_000],
  ["1h30m", 90 * 60_000],
  ["90s", 90_000],
  ["0.5h", 30 * 60_000],
  ["0s", 0],
])("%s is %i milliseconds", (text, milliseconds) => {
  expect(readDuration(text, "--for", "study")).toBe(milliseconds);
});

test.each(["", "40", "m", "40m ", "-1h", "1d", "1h,2m"])("%j is none", (text) => {
  expect(() => readDuration(text, "--for", "study")).toThrow(`--for ${text} is no duration`);
});
