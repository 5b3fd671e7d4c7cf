import { expect, it, test } from "vitest";
import { readCommandLine } from "./command-line.js";

const nothing = { help: false, version: false };

test.each([
  { line: [], read: nothing },
  { line: ["augmenter"], read: { ...nothing, kind: "augmenter" } },
  { line: ["augmenter", "x"], read: { ...nothing, kind: "augmenter", id: "x" } },
  { line: ["--scope", "@a", "augmenter", "x", "--directory=../y"], read: { ...nothing, kind: "augmenter", id: "x", scope: "@a", directory: "../y" } },
  { line: ["--help"], read: { help: true, version: false } },
  { line: ["--version"], read: { help: false, version: true } },
  { line: ["augmenter", "--", "--x"], read: { ...nothing, kind: "augmenter", id: "--x" } },
])("$line", ({ line, read }) => {
  expect(readCommandLine(line)).toEqual(read);
});

it.each([
  [["augmenter", "x", "--scop", "@a"], "Unknown option --scop. Did you mean --scope?"],
  [["-d", "x"], "Unknown option -d"],
  [["--constructor"], "Unknown option --constructor"],
  [["--scope"], "--scope takes a value"],
  [["--scope="], "--scope takes a value"],
  [["--help=no"], "--help takes no value"],
  // npm took an option and handed its value on.
  [["augmenter", "x", "@acme"], "Too many words: @acme. Options follow a lone --"],
])("%j is refused: %s", (line, problem) => {
  expect(() => readCommandLine(line)).toThrow(
    expect.objectContaining({
      code: "KDF_COMMAND_LINE_INVALID",
      explanation: expect.objectContaining({ happened: expect.stringContaining(problem), fix: "see npm create @kdf/plugin -- --help" }),
    }),
  );
});
