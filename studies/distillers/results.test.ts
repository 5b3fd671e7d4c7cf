import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { StudyRecord } from "@kdf/analysis";
import { expect, test } from "vitest";

const read = (name: string): string => readFileSync(join(import.meta.dirname, name), "utf8");
const { cells, pairs } = JSON.parse(read("results/study.json")) as StudyRecord;
const tableRow = (start: string, place = 0): string[] => read("results.md").split("\n").filter((line) => line.startsWith(`| ${start} |`))[place]!.split("|").slice(2, -1).map((text) => text.trim());

test("the differences are those of the kept study", () => {
  const file = join(import.meta.dirname, "results/study.json");
  expect(execFileSync("node", [join(import.meta.dirname, "differences.mjs"), file], { encoding: "utf8" })).toBe(read("differences.csv"));
});

test.each(["kd + CutMixPick", "kd", "crd", "sskd", "dkd"])("the table says what the students came to: %s", (name) => {
  const [id, augmenter] = name === "kd + CutMixPick" ? ["kd", "cutmixpick"] : [name, "none"];
  const arms = augmenter === "none" ? [id!, `${id}-same-time`] : [id!, id!];
  const expected = arms.flatMap((pair) => {
    const finals = cells.filter((cell) => cell.pair === pair && cell.augmenter === augmenter).map(({ final }) => final!);
    expect(finals).toHaveLength(3);
    const mean = (key: string): number => finals.reduce((sum, final) => sum + final[key]!, 0) / 3;
    const deviation = Math.sqrt(finals.reduce((sum, final) => sum + (final["top-1"]! - mean("top-1")) ** 2, 0) / 2);
    return [String(pairs.find((one) => one.id === pair)!.epochs), `${(100 * mean("top-1")).toFixed(2)} ± ${(100 * deviation).toFixed(2)}`, mean("loss").toFixed(3)];
  });
  expect(tableRow(name)).toEqual(expected);
});

test.each(["crd", "sskd", "dkd", "kd"])("the table says the differences: %s", (other) => {
  const rows = read("differences.csv").split("\n").map((line) => line.split(","));
  const expected = ["equal epochs", "equal time"].flatMap((arm) => {
    const [, , , ...rest] = rows.find((row) => row[0] === arm && row[1] === other && row[2] === "top-1")!;
    const [mean, low, high] = rest.slice(0, 3).map((text) => (100 * Number(text)).toFixed(2));
    return [`${mean} [${low}, ${high}]`, rest.at(-1)!];
  });
  expect(tableRow(other, 1)).toEqual(expected);
});
