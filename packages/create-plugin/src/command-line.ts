import { parseArgs } from "node:util";
import { commandLineInvalid, didYouMean } from "@kdf/core";

export interface CommandLine {
  readonly kind?: string;
  readonly id?: string;
  readonly directory?: string;
  readonly scope?: string;
  readonly help: boolean;
  readonly version: boolean;
}

export const usage = "npm create @kdf/plugin KIND ID";

const takesValue: Readonly<Record<string, boolean>> = { directory: true, scope: true, help: false, version: false };

/** Reads what stands after `npm create @kdf/plugin`. Throws KDF_COMMAND_LINE_INVALID. */
export function readCommandLine(parameters: readonly string[]): CommandLine {
  const options = Object.fromEntries(Object.entries(takesValue).map(([name, value]) => [name, { type: value ? "string" : "boolean" } as const]));
  const { tokens } = parseArgs({ args: [...parameters], options, strict: false, allowPositionals: true, tokens: true });
  const values: Record<string, string> = {};
  const positional: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positional.push(token.value);
    if (token.kind !== "option") continue;
    const { name, rawName, value } = token;
    const known = Object.keys(takesValue).map((option) => `--${option}`);
    if (!Object.hasOwn(takesValue, name) || !rawName.startsWith("--")) throw wrong(`Unknown option ${rawName}.${didYouMean(rawName, known)}`);
    if (takesValue[name] && (value === undefined || value === "")) throw wrong(`The option --${name} takes a value.`);
    if (!takesValue[name] && value !== undefined) throw wrong(`The option --${name} takes no value.`);
    values[name] = value ?? "yes";
  }
  const [kind, id, ...more] = positional;
  // npm keeps options to itself that do not stand after --, and hands their values on.
  if (more.length > 0) throw wrong(`Too many words: ${more.join(" ")}. Options follow a lone --: ${usage} -- --scope @acme`);
  const { help, version, ...rest } = values;
  return { ...rest, ...(kind !== undefined && { kind }), ...(id !== undefined && { id }), help: help !== undefined, version: version !== undefined };
}

const wrong = (problem: string): Error => commandLineInvalid({ program: "npm create @kdf/plugin", command: "--", problem });
