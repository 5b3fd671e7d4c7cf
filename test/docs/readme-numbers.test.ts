import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { repository } from "../e2e/kdf.js";

/** The README's table of the quick start shows what the committed result files hold. */
type Results = Record<"top1" | "top5" | "loss", number>;
const json = <T>(file: string): T => JSON.parse(readFileSync(join(repository, file), "utf8")) as T;
const { test } = json<{ test: Record<"last" | "best" | "teacher", Results> }>("benchmarks/results/quickstart.json");
const [baseline] = json<{ test: Results }[]>("plugins/presets/quickstart/results/baselines.json");
const readme = readFileSync(join(repository, "README.md"), "utf8");
const block = readme.slice(readme.indexOf("<!-- quickstart output -->"), readme.indexOf("<!-- /quickstart output -->"));

it.each([
  ["student, last epoch", test.last],
  ["student, best on validation (epoch 1)", test.best],
  ["same student without a teacher *", baseline!.test],
  ["teacher", test.teacher],
])("%s", (name, results) => {
  const line = block.split("\n").find((candidate) => candidate.startsWith(`${name}  `))!;
  const [top1, top5, loss] = [...line.slice(name.length).matchAll(/[\d.]+/g)].map(([number]) => number);
  expect([top1, top5]).toEqual([(100 * results.top1).toFixed(2), (100 * results.top5).toFixed(2)]);
  expect(Number(loss)).toBe(Number(results.loss.toPrecision(4)));
});

it("says what an installation weighs, in both READMEs", () => {
  const { quickStart } = json<{ quickStart: { withoutTensorflow: number; tensorflow: number; holds: boolean } }>("benchmarks/results/install-size.json");
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
  const sentence = new RegExp(`${megabytes(quickStart.withoutTensorflow)} MB\\s+besides\\s+the\\s+TensorFlow.js\\s+packages[\\s\\S]{0,60}${megabytes(quickStart.tensorflow)}\\s+MB`);
  expect(quickStart.holds).toBe(true);
  for (const text of [readme, readFileSync(join(repository, "benchmarks/README.md"), "utf8")]) expect(text).toMatch(sentence);
});

it("the table of the comparisons with PyTorch is that of the result file", () => {
  type Comparison = Record<"id" | "case" | "peer", string> & Record<"ours" | "theirs" | "ratio", number> & { bar: number | null; atLeast: boolean };
  const { comparisons } = json<{ comparisons: Comparison[] }>("benchmarks/results/pytorch.json");
  const text = readFileSync(join(repository, "benchmarks/README.md"), "utf8");
  const rows = text.slice(text.indexOf("<!-- pytorch -->"), text.indexOf("<!-- /pytorch -->")).split("\n").filter((line) => line.startsWith("| ")).slice(1);
  const barOf = ({ bar, atLeast }: Comparison): string => (bar === null ? "" : `${atLeast ? "≥" : "≤"} ${bar}`);
  const expected = comparisons.map((one) => `| ${one.id} | ${one.case} | ${one.peer} | ${one.ours} | ${one.theirs} | ${one.ratio} | ${barOf(one)} |`);
  expect(rows).toEqual(expected);
});
