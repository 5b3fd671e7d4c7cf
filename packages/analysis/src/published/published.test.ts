import { describe, expect, it } from "vitest";
import { kendall, pearson, spearman, type Correlation } from "../statistics/correlation.js";
import { publishedAccuracies } from "./accuracies.js";
import { publishedAugmenters, publishedPlots } from "./plots.js";

const rounded = (correlation: Correlation): number => ("coefficient" in correlation ? Number(correlation.coefficient.toFixed(4)) : NaN);

describe.each(publishedPlots)("the plot of $teacher and $student on $dataset", ({ tStddev, testLoss, printed }) => {
  it("has a point for each augmenter", () => {
    expect(tStddev).toHaveLength(publishedAugmenters.length);
    expect(testLoss).toHaveLength(publishedAugmenters.length);
  });
  it("has the coefficients that are printed in it, to four decimals", () => {
    expect(rounded(pearson(tStddev, testLoss))).toBe(printed.pearson);
    expect(rounded(spearman(tStddev, testLoss))).toBe(printed.spearman);
    expect(rounded(kendall(tStddev, testLoss))).toBe(printed.kendall);
  });
});

it("there are eight plots, four of each data set", () => {
  for (const dataset of ["CIFAR-100", "Tiny-ImageNet"]) expect(publishedPlots.filter((plot) => plot.dataset === dataset)).toHaveLength(4);
});

it("every accuracy is a share of a hundred, and a pair stands once in its table", () => {
  for (const { rows } of publishedAccuracies) {
    expect(new Set(rows.map(({ teacher, student }) => `${teacher} ${student}`)).size).toBe(rows.length);
    for (const value of rows.flatMap(({ accuracies }) => Object.values(accuracies))) expect(value > 50 && value < 90, String(value)).toBe(true);
  }
});
