import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { temporaryFolder } from "../../test/e2e/kdf.js";

const { path: folder, remove } = temporaryFolder();
afterAll(remove);

const student = (pair: string, augmenter: string, values: readonly number[]) =>
  values.map((value, seed) => ({ pair, augmenter, seed, state: "done", final: { "top-1": value, loss: 1 - value } }));
const failed = { pair: "kd", augmenter: "none", seed: 0, state: "failed" };

/** The script's rows, by arm, rival and outcome. */
function differences(cells: readonly object[]): Map<string, readonly string[]> {
  const file = join(folder, "study.json");
  writeFileSync(file, JSON.stringify({ cells }));
  const [head, ...rows] = execFileSync("node", [join(import.meta.dirname, "differences.mjs"), file], { encoding: "utf8" }).trim().split("\n");
  expect(head).toBe("arm,other,outcome,difference,low,high,seeds,verdict");
  return new Map(rows.map((row) => row.split(",")).map(([arm, other, outcome, ...rest]) => [`${arm} ${other} ${outcome}`, rest]));
}

test("the protocol's words follow from the interval of the paired differences", () => {
  const rows = differences([
    ...student("kd", "cutmixpick", [0.8, 0.81, 0.82]),
    ...student("crd", "none", [0.803, 0.8129, 0.8231]), // -0.003, -0.0029, -0.0031: surely worse, though within the margin
    ...student("sskd", "none", [0.79, 0.801, 0.809]), // 0.01, 0.009, 0.011
    ...student("dkd", "none", [0.8, 0.811, 0.819]), // 0, -0.001, 0.001
    ...student("crd-same-time", "none", [0.79, 0.82, 0.82]), // 0.01, -0.01, 0
    failed,
  ]);
  expect(rows.size).toBe(16);
  expect(["crd", "sskd", "dkd"].map((other) => rows.get(`equal epochs ${other} top-1`)!.at(-1))).toEqual(["falls short", "exceeds", "reaches"]);
  expect(rows.get("equal time crd top-1")!.at(-1)).toBe("undecided");
  // Two degrees of freedom: 4.302653 standard errors (a printed table of Student's t).
  const [mean, low, high, seeds] = rows.get("equal epochs dkd top-1")!.map(Number);
  expect([mean, low, high, seeds]).toEqual([expect.closeTo(0, 9), expect.closeTo((-4.302653 * 0.001) / Math.sqrt(3), 8), expect.closeTo((4.302653 * 0.001) / Math.sqrt(3), 8), 3]);
});

test("the loss and kd itself are described, what is not there is missing", () => {
  const rows = differences([...student("kd", "cutmixpick", [0.8, 0.81, 0.82]), ...student("kd-same-time", "none", [0.79, 0.8, 0.82]), ...student("crd", "none", [0.8, 0.8, 0.8]), failed]);
  expect(Number(rows.get("equal epochs crd loss")![0])).toBeCloseTo(-0.01, 9);
  expect(rows.get("equal epochs crd loss")!.at(-1)).toBe("");
  expect(rows.get("equal time kd top-1")!.at(-1)).toBe("");
  expect(rows.get("equal epochs kd top-1")).toEqual(["", "", "", "", "missing"]);
  expect(rows.get("equal epochs sskd loss")).toEqual(["", "", "", "", "missing"]);
});
