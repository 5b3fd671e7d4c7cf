import { resolve } from "node:path";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { createProgram } from "./program.js";
import { run, type Terminal } from "./run.js";

const terminal = (texts: string[] = []): Terminal => ({
  output: { write: (text) => texts.push(text) },
  messages: { write: () => undefined },
  directory: resolve(import.meta.dirname),
});

/** A program whose commands do nothing, with the one that was called. */
function inertProgram(): { readonly program: Command; readonly called: string[] } {
  const called: string[] = [];
  const program = createProgram(terminal(), { done: () => undefined, told: () => undefined });
  for (const [path, command] of leaves(program)) command.action(() => void called.push(path));
  return { program, called };
}

function leaves(command: Command, path = ""): [string, Command][] {
  const below = command.createHelp().visibleCommands(command);
  return below.length === 0 ? [[path, command]] : below.flatMap((each) => leaves(each, `${path} ${each.name()}`.trim()));
}

async function help(path: string): Promise<string> {
  const texts: string[] = [];
  expect(await run([...path.split(" "), "--help"], terminal(texts))).toBe(0);
  return texts.join("");
}

/** The words of a line as a shell reads the simple ones: a command within quotes, up to a redirection. */
function wordsOf(line: string): string[] {
  const inner = /\$\((.*)\)/.exec(line)?.[1] ?? line;
  return inner.split(" > ")[0]!.trim().split(/\s+/);
}

const paths = leaves(inertProgram().program).map(([path]) => path);

describe.each(paths)("kdf %s --help", (path) => {
  it("ends in two to four lines to type, each of which its command takes", async () => {
    const text = await help(path);
    const lines = text.slice(text.indexOf("\nExamples:\n") + 11).trimEnd().split("\n");
    expect(text).toContain("\nExamples:\n");
    expect(lines.length).toBeGreaterThanOrEqual(2);
    expect(lines.length).toBeLessThanOrEqual(4);
    for (const line of lines) {
      const { program, called } = inertProgram();
      const [name, ...parameters] = wordsOf(line);
      expect(name, line).toBe("kdf");
      await program.parseAsync(parameters, { from: "user" });
      expect(called, line).toEqual([path]);
    }
  });

  it("stays within 80 columns", async () => {
    const wide = (await help(path)).split("\n").filter((line) => line.length > 80);
    expect(wide).toEqual([]);
  });
});
