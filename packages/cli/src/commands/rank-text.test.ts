import { expect, it } from "vitest";
import type { ComparedAugmenter, ComparedRanking } from "./rank-comparison.js";
import { rankingText } from "./rank-text.js";

const row = (augmenter: string, value: number, withinNoise?: readonly string[], more: Partial<ComparedAugmenter> = {}): ComparedAugmenter => ({
  augmenter,
  results: { tStddev: value, draws: 20, blockSteps: 5 },
  settings: { draws: 20, blockSteps: 5 },
  intervals: withinNoise === undefined ? {} : { tStddev: { low: 0.9 * value, high: 1.1 * value, level: 0.95 } },
  ...(withinNoise && { withinNoise }),
  seconds: 1.24,
  ...more,
});

const ranking = (...rows: ComparedAugmenter[]): ComparedRanking => ({ by: { key: "tStddev", better: "lower" }, rows, steps: 100, batchSize: 64, secondsOriginal: 3, warnings: [] });
const textOf = (...rows: ComparedAugmenter[]): string => rankingText(ranking(...rows), 80);
const flat = (text: string): string => text.replaceAll("\n", " ");

it("draws every value on its interval, on one scale, within 80 columns", () => {
  const text = textOf(row("cutmixpick", 0.004, []), row("identity", 0.005, []));
  const [, , first, second] = text.split("\n");
  expect(first).toMatch(/^cutmixpick  0\.004000  0\.003600  0\.004400  ├─+●─+┤$/);
  expect(second).toMatch(/^identity    0\.005000  0\.004500  0\.005500 {3,}├─+●─+┤$/);
  for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});

it("leaves the drawing out where names take its room", () => {
  const text = textOf(row("cutmixpick?criterion=student-entropy&base=mixup", 0.004, []), row("identity", 0.005, []));
  expect(text).not.toContain("●");
  for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});

it("names pairs within noise once, and says so where there is none", () => {
  const text = flat(textOf(row("a", 1, ["b", "c"]), row("b", 2, ["a"]), row("c", 3, ["a"]), row("d", 9, [])));
  expect(text).toContain("Within noise of each other (paired bootstrap over the same draws, each pair at 95 %): a and b, c. Every other difference is larger.");
  expect(flat(textOf(row("a", 1, []), row("b", 2, [])))).toContain("Every difference is larger than noise");
});

it("claims nothing of noise or intervals where there are no draws", () => {
  const text = textOf(row("a", 1), row("b", 2));
  expect(text).not.toMatch(/noise|95|●/);
  expect(text).toMatch(/^augmenter {2}tStddev\n/);
});

it("shows other metrics in a table of their own, what is the same for all in a sentence, and warnings", () => {
  const other = (value: number): Partial<ComparedAugmenter> => ({ results: { tStddev: 1, draws: 20, entropy: value } });
  const text = rankingText({ ...ranking(row("a", 1, [], other(0.25)), row("b", 2, [], other(0.5))), warnings: ["values that differ in draws are not comparable: 1; 2"] }, 80);
  expect(text).toContain("also measured  entropy");
  expect(text).toMatch(/^b +0\.5000$/m);
  expect(flat(text)).toContain("for all draws 20");
  expect(flat(text)).toContain("Beware: values that differ in draws are not comparable: 1; 2.");
  expect(flat(text)).toContain("1.2 s each");
});
