import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, test } from "vitest";
import { run } from "../run.js";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "kdf-new-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

async function kdf(...parameters: string[]): Promise<{ readonly code: number; readonly output: string; readonly messages: string }> {
  const [output, messages]: [string[], string[]] = [[], []];
  const terminal = { output: { write: (text: string) => output.push(text) }, messages: { write: (text: string) => messages.push(text) }, directory };
  const code = await run(parameters, terminal);
  return { code, output: output.join(""), messages: messages.join("") };
}

it("writes a plugin and says what to type next", async () => {
  const { code, output, messages } = await kdf("plugins", "new", "metric", "brier");
  expect({ code, messages }).toEqual({ code: 0, messages: "" });
  expect(output).toContain("\n  cd kdf-plugin-brier && npm install\n  npm test\n");
  expect(readdirSync(directory)).toEqual(["kdf-plugin-brier"]);
});

it("says the same as one JSON object", async () => {
  const { code, output } = await kdf("plugins", "new", "dataset", "mine", "--scope", "@acme", "--directory", "here", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(output)).toMatchObject({ kind: "dataset", id: "mine", package: "@acme/kdf-plugin-mine", directory: join(directory, "here") });
});

test.each([
  { words: ["augmentor", "x"], code: "KDF_SCAFFOLD_KIND_UNKNOWN" },
  { words: ["augmenter", "X"], code: "KDF_SCAFFOLD_NAME_INVALID" },
  { words: ["augmenter", "cutmix"], code: "KDF_SCAFFOLD_ID_TAKEN" },
  { words: ["augmenter", "x", "--directory", "."], code: "KDF_SCAFFOLD_EXISTS" },
  { words: ["augmenter"], code: "KDF_COMMAND_LINE_INVALID" },
  { words: ["augmenter", "x", "y"], code: "KDF_COMMAND_LINE_INVALID" },
  { words: ["augmenter", "x", "--scop", "@y"], code: "KDF_COMMAND_LINE_INVALID" },
])("refuses $words with exit 2 and writes nothing", async ({ words, code }) => {
  const refused = await kdf("plugins", "new", ...words, "--json");
  expect(refused.code).toBe(2);
  expect(JSON.parse(refused.output)).toMatchObject({ error: { code } });
  expect(readdirSync(directory)).toEqual([]);
});
