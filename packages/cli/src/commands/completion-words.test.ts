import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { run } from "../run.js";

/** A project with one plugin of each of some kinds, none of which has code. */
function project(): string {
  const directory = mkdtempSync(join(tmpdir(), "kdf-complete-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const plugins = {
    "kdf-plugin-blur": ["augmenter:blur"],
    "@kdf/plugin-cut": ["augmenter:cut", "augmenter:cut-more"],
    "@acme/kdf-plugin-zoo": ["network:small"],
    "kdf-plugin-abacus": ["engine:abacus"],
  };
  writeFileSync(join(directory, "package.json"), JSON.stringify({ dependencies: Object.fromEntries(Object.keys(plugins).map((name) => [name, "*"])) }));
  for (const [name, provides] of Object.entries(plugins)) {
    const folder = join(directory, "node_modules", name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name, version: "1.0.0", description: `about ${name}`, kdf: { manifest: 1, id: "x", provides }, peerDependencies: { "@kdf/core": "^1.0.0" } }));
  }
  return directory;
}

async function completed(line: string, directory = project()): Promise<string[]> {
  const texts: string[] = [];
  const terminal = { output: { write: (text: string) => texts.push(text) }, messages: { write: () => undefined }, directory };
  expect(await run(["complete", "--", ...line.split(" ")], terminal)).toBe(0);
  return texts.join("").trimEnd().split("\n").map((text) => text.split("\t")[0]!);
}

describe("what completes a line", () => {
  it.each([
    ["tr", ["train"]],
    ["plugins ", ["list", "why", "doctor", "new"]],
    ["config sc", ["schema"]],
    ["completion ", ["bash", "zsh", "fish"]],
    ["train --stu", ["--student"]],
    ["train --json --no-t", ["--no-teacher"]],
    ["train --engine ", ["abacus"]],
    ["train --engine=ab", ["--engine=abacus"]],
    ["train --dry-run=", [""]],
    ["train --set=cut-", ["--set=cut-more.", ":open"]],
    ["train --student s", ["small"]],
    ["train --epochs 3 --engine ab", ["abacus"]],
    ["train --plugin ", ["blur", "cut", "@acme/zoo", "abacus", ":folders"]],
    ["train --config ", [":files"]],
    ["train --run-dir ", [":folders"]],
    ["train --epochs ", [""]],
    ["train --set optimi", ["optimizer.", ":open"]],
    ["train --set cut-", ["cut-more.", ":open"]],
    ["rank --augmenters blur,cu", ["blur,cut", "blur,cut-more", ":open"]],
    ["rank --augmenters blur+c", ["blur+cut", "blur+cut-more", ":open"]],
    ["probe ", ["augmenter", "distiller", "metric"]],
    ["probe augmenter cut", ["cut", "cut-more"]],
    ["plugins why network:", ["network:small", ":folders"]],
    ["plugins new augmenter ", [""]],
    ["nonsense ", [expect.any(String)]],
  ])("%j", async (line, expected) => {
    const words = await completed(line);
    if (line === "nonsense ") expect(words).toContain("train");
    else expect(words).toEqual(expected);
  });

  it("is never the command that the scripts call, nor an option of another command", async () => {
    expect(await completed("com")).toEqual(["completion"]);
    expect(await completed("doctor --resu")).toEqual([""]);
  });

  it("names commands with what they do", async () => {
    const texts: string[] = [];
    await run(["complete", "--", "trai"], { output: { write: (text: string) => texts.push(text) }, messages: { write: () => undefined }, directory: project() });
    expect(texts.join("")).toMatch(/^train\t\S/);
  });

  it("is the commands alone where package.json is damaged", async () => {
    const directory = project();
    writeFileSync(join(directory, "package.json"), "{");
    expect(await completed("train --engine ", directory)).toEqual([""]);
    expect(await completed("tr", directory)).toEqual(["train"]);
  });
});
