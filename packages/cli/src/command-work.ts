import type { Command } from "commander";
import type { Terminal } from "./terminal.js";

/** What a command ends with: printed once, as text for people or with `--json` as JSON. */
export interface CommandResult {
  readonly text: string;
  readonly json: object;
  /** 0 unless said. */
  readonly exitCode?: number;
}

/** The work of a command. Imports what it needs itself, so that `kdf --help` loads nothing of it. */
export type Work<Options> = (
  options: Options,
  terminal: Terminal,
  positional: readonly string[],
  command: Command,
) => CommandResult | Promise<CommandResult>;

/** Turns the work of a command into what commander calls. */
export type Act = <Options>(work: Work<Options>) => (...parameters: unknown[]) => Promise<void>;

/** A command as it stands in the help: cheap to make, its work behind `act`. */
export type Register = (act: Act) => Command;
