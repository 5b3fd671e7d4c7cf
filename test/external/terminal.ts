import { spawn } from "node:child_process";
import { join } from "node:path";
import { root } from "./cached.js";

export interface Typed {
  /** A regular expression: what is typed waits for it. */
  readonly wait: string;
  readonly type: string;
}

export interface AtTerminal {
  readonly command: readonly string[];
  readonly directory: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly steps: readonly Typed[];
}

/** Runs a command at a pseudo terminal of Python's standard library and types at it: all that it showed, and its exit code. */
export function typeAtTerminal({ environment = {}, ...given }: AtTerminal): Promise<{ readonly shown: string; readonly code: number }> {
  const child = spawn("python3", [join(root, "test/external/type-at-terminal.py")], { stdio: "pipe" });
  let [output, problems] = ["", ""];
  child.stdout.on("data", (part) => (output += String(part)));
  child.stderr.on("data", (part) => (problems += String(part)));
  child.stdin.end(JSON.stringify({ ...given, environment }));
  return new Promise((done, fail) => {
    child.on("error", fail).on("close", (code) => {
      if (code === 0) done(JSON.parse(output) as { shown: string; code: number });
      else fail(new Error(problems));
    });
  });
}
