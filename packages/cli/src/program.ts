import { readFileSync } from "node:fs";
import { Command, type CommanderError } from "commander";
import type { Act, CommandResult, Register, Work } from "./command-work.js";
import { bench } from "./commands/bench.js";
import { complete, completion } from "./commands/completion.js";
import { config } from "./commands/config.js";
import { doctor } from "./commands/doctor.js";
import { engine } from "./commands/engine.js";
import { evaluation } from "./commands/eval.js";
import { exporting } from "./commands/export.js";
import { init } from "./commands/init.js";
import { plugins } from "./commands/plugins.js";
import { preview } from "./commands/preview.js";
import { probe } from "./commands/probe.js";
import { rank } from "./commands/rank.js";
import { study } from "./commands/study.js";
import { teacher } from "./commands/teacher.js";
import { train } from "./commands/train.js";
import { columnsOf, type Terminal } from "./terminal.js";

/** All commands, in the order of the help. */
const commands: readonly Register[] = [init, train, evaluation, rank, study, preview, probe, bench, exporting, teacher, plugins, engine, config, doctor, completion];

/** An option that a command does not have, and those that it has. */
export interface UnknownOption {
  readonly option: string;
  readonly known: readonly string[];
}

/** What was wrong with the command line, and in which command. */
export class UsageError extends Error {
  readonly command: string;
  readonly refusal: CommanderError;
  /** Where a required option is missing: commander says so before it looks at the others, one of which may be it, misspelt. */
  readonly unknown: UnknownOption | undefined;

  constructor(command: string, refusal: CommanderError, unknown: UnknownOption | undefined) {
    super(refusal.message);
    this.command = command;
    this.refusal = refusal;
    this.unknown = unknown;
  }
}

/** Who listens to a program. */
export interface Listener {
  /** Receives the result of the command that ran. */
  done(result: CommandResult): void;
  /** Receives the text of the help or the version, where that was asked for. */
  told(text: string): void;
}

/** The `kdf` command. Throws UsageError for what commander refuses, and once it has told its help or version. */
export function createProgram(terminal: Terminal, { done, told }: Listener): Command {
  const act: Act =
    <Options>(work: Work<Options>) =>
    async (...parameters) => {
      // commander gives the arguments, then the options, then the command.
      const [options, command, positional] = [parameters.at(-2), parameters.at(-1), parameters.slice(0, -2).flat()];
      done(await work(options as Options, terminal, positional as string[], command as Command));
    };
  const program = new Command("kdf")
    .description("Distils a large, accurate image classifier into a small one.")
    .version(version(), "--version", "print the version")
    .helpOption("--help", "print this help");
  for (const register of commands) program.addCommand(register(act));
  program.addCommand(complete(act), { hidden: true });
  settle(program, terminal, told, "");
  return program;
}

/** Gives a command and those below it what they all share. */
function settle(command: Command, terminal: Terminal, told: Listener["told"], path: string): void {
  command
    .helpOption("--help", "print this help")
    .helpCommand(false)
    .showHelpAfterError(false)
    .exitOverride((error) => {
      throw new UsageError(path, error, error.code === "commander.missingMandatoryOptionValue" ? unknownOption(command) : undefined);
    })
    .configureOutput({
      writeOut: told,
      writeErr: (text) => void terminal.messages.write(text),
      outputError: () => undefined,
      getOutHelpWidth: () => columnsOf(terminal.output),
      getErrHelpWidth: () => columnsOf(terminal.messages),
    });
  if (command.commands.length === 0) {
    command.option("--json", "print one JSON object on standard output and nothing else");
    command.allowExcessArguments(false);
  }
  for (const below of command.commands) settle(below, terminal, told, `${path} ${below.name()}`.trim());
}

/** The first word that begins as an option and is none of the command's. */
function unknownOption(command: Command): UnknownOption | undefined {
  const end = command.args.indexOf("--");
  const option = (end === -1 ? command.args : command.args.slice(0, end)).find((word) => word.startsWith("-") && word !== "-")?.split("=")[0];
  return option === undefined ? undefined : { option, known: command.createHelp().visibleOptions(command).flatMap(({ long }) => long ?? []) };
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
  return version;
}
