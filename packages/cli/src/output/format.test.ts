import { expect, it } from "vitest";
import { formatCell, formatDuration, formatNumber, formatPercent, wrap } from "./format.js";

it.each([
  [0, "0"],
  [12, "12"],
  [-3, "-3"],
  [123456789, "123456789"],
  [0.123456, "0.1235"],
  [3.14159, "3.142"],
  [1234.56, "1235"],
  [0.001, "0.001"],
  [0.00012345, "1.234e-4"],
  [-0.00012, "-1.200e-4"],
  [1234567.8, "1.235e+6"],
  [Number.NaN, "NaN"],
])("shows the number %d as %s", (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

it.each([
  [-1, "0:00"],
  [0, "0:00"],
  [59.4, "0:59"],
  [59.5, "1:00"],
  [61, "1:01"],
  [3599.6, "1:00:00"],
  [3661, "1:01:01"],
  [36000, "10:00:00"],
])("shows %d seconds as %s", (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

it("shows shares as per cent, all four digits of a number, and what is missing as a dash", () => {
  expect(formatPercent(0.9213)).toBe("92.13 %");
  expect(formatCell("top1", 1)).toBe("100.00 %");
  expect(formatCell("top5", 0.99456)).toBe("99.46 %");
  expect(formatCell("topic", 0.5)).toBe("0.5000");
  expect(formatCell("loss", 0.52478)).toBe("0.5248");
  expect(formatCell("loss", null)).toBe("-");
  expect(formatCell("loss", undefined)).toBe("-");
  expect(formatCell("classes", [1, 2])).toBe("[1,2]");
});

it.each([
  [["aa", "bb", "cc"], 6, ["aa  bb", "cc"]],
  [["aa", "bb", "cc"], 5, ["aa", "bb", "cc"]],
  [["aa", "longer than that", "cc"], 6, ["aa", "longer than that", "cc"]],
  [[], 6, []],
])("wraps %j at %i columns", (parts, columns, lines) => {
  expect(wrap(parts, columns)).toEqual(lines);
});
