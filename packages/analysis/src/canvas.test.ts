import { describe, expect, it } from "vitest";
import { longestPart, wrapText } from "./canvas.js";

describe("wrapping", () => {
  it.each([
    ["roll?strength=0.25", 11, ["roll?", "strength=", "0.25"]],
    ["cutmixpick?poolFactor=3", 13, ["cutmixpick?", "poolFactor=3"]],
    ["32 images, mean entropy 0.297", 11, ["32 images,", "mean", "entropy", "0.297"]],
    ["crop-flip+identity", 11, ["crop-flip+", "identity"]],
    ["a-very-long-name", 7, ["a-very-", "long-", "name"]],
  ])("breaks %j at spaces, hyphens and signs", (text, letters, lines) => {
    expect(wrapText(text, letters)).toEqual(lines);
  });

  it("breaks a word only where it does not fit into a line", () => {
    expect(wrapText("photosynthesis", 5)).toEqual(["photo", "synth", "esis"]);
  });

  it("needs as many letters as the longest part, and breaks no word then", () => {
    for (const text of ["roll?strength=0.25", "identity+roll", "Ankle boot", "mean entropy 0.1 picked, 0.2 left"]) {
      expect(wrapText(text, longestPart(text)).every((line) => text.split(/(?<=[ ?&+,=-])/).some((part) => line.endsWith(part.trimEnd())))).toBe(true);
    }
    expect(longestPart("identity+roll")).toBe(9);
  });
});
