import { configurationSchema, kinds, type Kind } from "@kdf/core";
import { findProject, PluginIndex, recipes, shortName } from "@kdf/host";
import type { Command, Option } from "commander";
import type { CommandResult } from "../command-work.js";
import type { Terminal } from "../terminal.js";

/** What may stand at a place: words with what they mean, or files or folders, which the shell knows better. */
export interface Completion {
  readonly words: readonly (readonly [word: string, meaning: string])[];
  readonly paths?: "files" | "folders";
  /** A further part belongs to the same word: the shell adds no space. */
  readonly open?: boolean;
}

/** For the scripts of `kdf completion`: a line for each candidate, then lines that begin with a colon for the shell. */
export function completeWords(words: readonly string[], terminal: Terminal, program: Command): CommandResult {
  const completion = completionFor(words, program, () => indexOf(terminal.directory));
  const typed = words.at(-1) ?? "";
  const candidates = completion.words.filter(([word]) => word.startsWith(typed));
  const directives = [...(completion.paths === undefined ? [] : [`:${completion.paths}`]), ...(completion.open === true ? [":open"] : [])];
  const lines = [...candidates.map(([word, meaning]) => (meaning === "" ? word : `${word}\t${meaning}`)), ...directives];
  return { text: lines.join("\n"), json: { words: candidates.map(([word]) => word), paths: completion.paths ?? null } };
}

/** undefined where package.json cannot be read: completion is silent about it. */
function indexOf(directory: string): PluginIndex | undefined {
  try {
    return new PluginIndex(findProject(directory));
  } catch {
    return undefined;
  }
}

const nothing: Completion = { words: [] };

/** `words` after `kdf`; the last is being typed. `index` is read only where a plugin's name may stand. */
export function completionFor(words: readonly string[], program: Command, index: () => PluginIndex | undefined): Completion {
  let command = program;
  let place = 0;
  const given: string[] = [];
  for (; place < words.length - 1; place += 1) {
    const word = words[place] ?? "";
    if (word.startsWith("-")) {
      const option = optionOf(command, word);
      if (option === undefined || option.isBoolean() || word.includes("=")) continue;
      if (place === words.length - 2) return valueOf(option, words.at(-1) ?? "", index());
      place += 1;
      continue;
    }
    const below = visible(command).find((each) => each.name() === word);
    if (below === undefined) given.push(word);
    else command = below;
  }
  const typed = words.at(-1) ?? "";
  const equals = typed.indexOf("=");
  if (typed.startsWith("--") && equals !== -1) return joined(command, typed.slice(0, equals + 1), typed.slice(equals + 1), index);
  if (typed.startsWith("-")) return { words: optionsOf(command).map((option) => [option.long ?? "", option.description]) };
  if (command.commands.length > 0) return { words: visible(command).map((each) => [each.name(), each.description()]) };
  return argumentOf(command, given, index);
}

/** A value that stands in one word with its option: `--engine=wasm`. Paths are left to the shell, which knows no such words. */
function joined(command: Command, head: string, typed: string, index: () => PluginIndex | undefined): Completion {
  const option = optionOf(command, head);
  if (option === undefined || option.isBoolean()) return nothing;
  const { words, open } = valueOf(option, typed, index());
  return { words: words.map(([word, meaning]) => [`${head}${word}`, meaning]), ...(open === true && { open }) };
}

/** commander tells hidden commands from others in its help alone. */
const visible = (command: Command): readonly Command[] => command.createHelp().visibleCommands(command).filter((each) => each.name() !== "help");
const optionsOf = (command: Command): readonly Option[] => command.createHelp().visibleOptions(command);
const optionOf = (command: Command, word: string): Option | undefined => optionsOf(command).find((option) => option.long === word.split("=")[0]);

/** Options that take what a kind provides. */
const kindOf: Readonly<Record<string, Kind>> = { "--dataset": "dataset", "--student": "network", "--distiller": "distiller", "--engine": "engine", "--teacher": "teacher" };

function valueOf(option: Option, typed: string, index: PluginIndex | undefined): Completion {
  const { long = "", flags, argChoices } = option;
  if (argChoices !== undefined) return { words: argChoices.map((choice) => [choice, ""]) };
  const kind = kindOf[long ?? ""];
  if (kind === "distiller") return list(typed, contributions(kind, index));
  if (kind !== undefined) return { words: contributions(kind, index), ...(long === "--teacher" && { paths: "files" }) };
  if (long === "--plugin") return { words: plugins(index, () => true), paths: "folders" };
  if (long === "--preset") return { words: plugins(index, (json) => json.preset !== undefined) };
  if (long === "--recipe") return { words: (index === undefined ? [] : recipes(index)).map(({ id, summary }) => [id, summary]) };
  if (long === "--augmenters") return list(typed, contributions("augmenter", index));
  if (long === "--set") return { words: settings(index), open: true };
  if (long === "--split") return { words: [["test", ""], ["validation", ""]] };
  if (flags.includes("<file>")) return { words: [], paths: "files" };
  if (/<(folder|run|which)>/.test(flags)) return { words: [], paths: flags.includes("<which>") ? "files" : "folders" };
  return nothing;
}

/** The entry of a comma-separated list that is being typed, or the next part of its chain. */
function list(typed: string, words: Completion["words"]): Completion {
  const before = typed.slice(0, Math.max(typed.lastIndexOf(","), typed.lastIndexOf("+")) + 1);
  return { words: words.map(([word, meaning]) => [`${before}${word}`, meaning]), open: true };
}

function argumentOf(command: Command, given: readonly string[], index: () => PluginIndex | undefined): Completion {
  const { registeredArguments } = command;
  const argument = registeredArguments[Math.min(given.length, registeredArguments.length - 1)];
  if (argument === undefined || (given.length >= registeredArguments.length && !argument.variadic)) return nothing;
  if (argument.argChoices !== undefined) return { words: argument.argChoices.map((choice) => [choice, ""]) };
  switch (argument.name()) {
    case "kind":
      return { words: namedIn(argument.description).map((kind) => [kind, ""]) };
    case "id":
      return idFor(command, given, index());
    case "model":
      return { words: contributions("teacher", index()), paths: "files" };
    case "directory":
    case "folders":
      return { words: [], paths: "folders" };
    default:
      return nothing;
  }
}

/** Kinds that a description lists. */
const namedIn = (text: string): readonly Kind[] => kinds.filter((kind) => new RegExp(`\\b${kind}\\b`).test(text));

/** After a kind what is of that kind; else plugins and all that they provide. What is to be new has no candidates. */
function idFor(command: Command, given: readonly string[], index: PluginIndex | undefined): Completion {
  if (command.name() === "new") return nothing;
  const kind = kinds.find((each) => each === given[0]);
  if (kind !== undefined) return { words: contributions(kind, index) };
  return { words: [...plugins(index, () => true), ...(index?.contributions ?? []).map((name) => [name, ""] as const)], paths: "folders" };
}

function contributions(kind: Kind, index: PluginIndex | undefined): Completion["words"] {
  return [...new Set(index?.ids(kind) ?? [])].map((id) => [id, ""]);
}

function plugins(index: PluginIndex | undefined, wanted: (manifest: { readonly preset?: unknown }) => boolean): Completion["words"] {
  return (index?.plugins ?? [])
    .filter((plugin) => plugin.manifest !== undefined && wanted(plugin.manifest))
    .map(({ package: name, json }) => [shortName(name), typeof json.description === "string" ? json.description : ""]);
}

/** Keys of the configuration and ids; those with parts of their own end in a dot. */
function settings(index: PluginIndex | undefined): Completion["words"] {
  const parts = new Set(["optimizer", "schedule", "validation", "options"]);
  const keys = Object.entries(configurationSchema.shape).map(([key, schema]) => [parts.has(key) ? `${key}.` : `${key}=`, schema.description ?? ""] as const);
  const ids = (index?.contributions ?? []).map((name) => [`${name.slice(name.indexOf(":") + 1)}.`, `options of ${name}`] as const);
  return [...keys, ...ids];
}
