import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { root } from "../packed/pack.js";

/** `npm create @kdf/plugin`, as npm runs it: the package's command, here without a terminal. */
const command = join(root, "packages/create-plugin/bin/create-plugin.js");
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "kdf-create-"));
});
afterEach(() => rm(directory, { recursive: true }));

interface Finished {
  readonly code: number | null;
  readonly output: string;
  readonly messages: string;
}

function create(...parameters: string[]): Promise<Finished> {
  const child = spawn(process.execPath, [command, ...parameters], { cwd: directory, stdio: ["ignore", "pipe", "pipe"] });
  let [output, messages] = ["", ""];
  child.stdout.on("data", (chunk) => (output += String(chunk)));
  child.stderr.on("data", (chunk) => (messages += String(chunk)));
  return new Promise((done, fail) => child.on("error", fail).on("close", (code) => done({ code, output, messages })));
}

it("makes a plugin and exits with 0", async () => {
  const { code, output, messages } = await create("augmenter", "brighten", "--scope", "@acme");
  expect({ code, messages }).toEqual({ code: 0, messages: "" });
  expect(output).toMatch(/^Made @acme\/kdf-plugin-brighten: an augmenter/);
  expect(readdirSync(directory)).toEqual(["kdf-plugin-brighten"]);
});

it.each([
  { line: [], code: "KDF_SCAFFOLD_INCOMPLETE", says: "The kind and the id are missing" },
  { line: ["metric"], code: "KDF_SCAFFOLD_INCOMPLETE", says: "The id is missing" },
  { line: ["metrik", "x"], code: "KDF_SCAFFOLD_KIND_UNKNOWN", says: "Did you mean metric?" },
  { line: ["metric", "loss"], code: "KDF_SCAFFOLD_ID_TAKEN", says: "metric:loss" },
  { line: ["metric", "x", "--directory", "/proc/kdf"], code: "KDF_SCAFFOLD_UNWRITABLE", says: "/proc/kdf cannot be written" },
  { line: ["metric", "x", "--force"], code: "KDF_COMMAND_LINE_INVALID", says: "Unknown option --force" },
])("refuses $line by $code with exit 2", async ({ line, code, says }) => {
  const refused = await create(...line);
  expect(refused.code).toBe(2);
  expect(refused.output).toBe("");
  expect(refused.messages).toContain(says);
  expect(refused.messages).toMatch(new RegExp(`^error: .*\n  expected: .*\n  to fix: .*\n  ${code}\n$`));
  expect(readdirSync(directory)).toEqual([]);
});

it("tells its help and its version", async () => {
  const help = await create("--help");
  expect(help.code).toBe(0);
  for (const kind of ["augmenter", "distiller", "metric", "dataset", "network"]) expect(help.output).toContain(`  ${kind}`);
  expect(Math.max(...help.output.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  expect((await create("--version")).output).toMatch(/^\d+\.\d+\.\d+\n$/);
});
