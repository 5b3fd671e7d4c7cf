import type { CommandResult } from "./command-work.js";
import { divertConsole } from "./output/divert-console.js";
import { createProgram, UsageError } from "./program.js";
import type { Terminal } from "./terminal.js";

export { processTerminal, type Terminal } from "./terminal.js";

/**
 * Runs `kdf` with these arguments and returns its exit code: 0 done, 2 the request is wrong, 1 failed while running,
 * or what the command says itself.
 */
export async function run(parameters: readonly string[], terminal: Terminal): Promise<number> {
  // Behind `--` stand the words of another command line, which `kdf complete` is asked about.
  const end = parameters.indexOf("--");
  const json = (end === -1 ? parameters : parameters.slice(0, end)).includes("--json");
  const results: CommandResult[] = [];
  const told: string[] = [];
  const program = createProgram(terminal, { done: (result) => results.push(result), told: (text) => told.push(text) });
  // What a plugin prints must not stand beside the one JSON object.
  const restoreConsole = json ? divertConsole(terminal.messages) : undefined;
  try {
    await program.parseAsync(parameters, { from: "user" });
  } catch (error) {
    if (error instanceof UsageError && error.refusal.exitCode === 0) return tell(told.join(""), error, json, terminal);
    return await fail(error, json, terminal);
  } finally {
    restoreConsole?.();
  }
  for (const { text, json: object } of results) terminal.output.write(`${json ? JSON.stringify(object) : text}\n`);
  return results[0]?.exitCode ?? 0;
}

/** Help or version, as was asked: with `--json` as `{"help": …}` or `{"version": …}`. */
function tell(text: string, { refusal }: UsageError, json: boolean, { output }: Terminal): number {
  const object = refusal.code === "commander.version" ? { version: text.trim() } : { help: text };
  output.write(json ? `${JSON.stringify(object)}\n` : text);
  return 0;
}

async function fail(error: unknown, json: boolean, terminal: Terminal): Promise<number> {
  // commander printed the help already, for lack of a command.
  if (error instanceof UsageError && error.refusal.code === "commander.help" && !json) return 2;
  const { errorJson, errorText, exitCodeOf } = await import("./output/error-report.js");
  const problem = error instanceof UsageError ? await wrongUsage(error) : error;
  if (json) terminal.output.write(`${JSON.stringify(errorJson(problem))}\n`);
  else terminal.messages.write(errorText(problem, terminal.messages));
  return exitCodeOf(problem);
}

/** commander's `error: unknown option '--x'\n(Did you mean --y?)` as an error of the catalogue. */
async function wrongUsage({ command, message, unknown }: UsageError): Promise<Error> {
  const { commandLineInvalid, didYouMean } = await import("@kdf/core");
  if (unknown !== undefined) {
    return commandLineInvalid({ command, problem: `Unknown option '${unknown.option}'.${didYouMean(unknown.option, unknown.known)}` });
  }
  const [problem = "", hint] = message.replace(/^error: /, "").split("\n");
  const sentence =
    problem === "(outputHelp)" ? "A command is missing." : `${problem.charAt(0).toUpperCase()}${problem.slice(1).replace(/\.$/, "")}.`;
  return commandLineInvalid({ command, problem: hint === undefined ? sentence : `${sentence} ${hint.replace(/^\(|\)$/g, "")}` });
}
