import { dirname, resolve } from "node:path";
import {
  configurationInvalid,
  configurationSchema,
  optimizerSchema,
  scheduleSchema,
  validationSchema,
  type Configuration,
  type Problem,
} from "@kdf/core";
import type { z } from "zod";
import { candidateNames } from "./candidate-names.js";
import { readConfigurationFile } from "./configuration-file.js";
import { parseDistillerEntry } from "./entry.js";
import { isValues, merge, type Values } from "./merge.js";
import type { PluginIndex, UsablePlugin } from "./plugin-index.js";
import { readEpochsScale, scaledEpochs } from "./epochs-scale.js";
import { originsOf, type Layer } from "./origins.js";
import { choosePreset } from "./preset.js";
import { chooseRecipe, recipeSettings, type Recipe } from "./recipe.js";
import { contributionNames, readSetOption, unknownPath } from "./set-option.js";

/** What a command line asks for. Later sources win: preset, recipe, file, `values` and `plugins`, `set`. */
export interface ConfigurationRequest {
  /** Folder that relative paths of the command line start from. */
  readonly directory: string;
  readonly preset?: string | null;
  readonly file?: string;
  /** Values of configuration keys that have an option of their own; undefined where the option is absent. */
  readonly values?: Values;
  /** Options of the data set, whichever it is. */
  readonly datasetOptions?: Values;
  /** Added to the plugins of preset and file. */
  readonly plugins?: readonly string[];
  readonly set?: readonly string[];
  /** Factor on epochs and milestones of preset, recipe and file; what the command line says of them stays. */
  readonly epochsScale?: unknown;
}

/** A configuration of which every given part is valid. */
export interface ResolvedConfiguration {
  readonly preset: UsablePlugin | undefined;
  readonly recipe: Recipe | undefined;
  /** What is given, without the schema's defaults. */
  readonly given: Values;
  readonly plugins: readonly string[];
  readonly options: Readonly<Record<string, Values>>;
  /** The contributions, by id or `kind:id`, of which `--set` gives options. */
  readonly set: readonly string[];
  /** All of it, with defaults. KDF_CONFIGURATION_INVALID where something that has no default is missing. */
  complete(): Configuration;
  /** Where each value of `complete` came from, by its path (`optimizer.learningRate`). */
  origins(): ReadonlyMap<string, string>;
}

const keys = Object.keys(configurationSchema.shape);

/** The layers of a configuration on top of each other. KDF_CONFIGURATION_INVALID tells every problem at once. */
export function resolveConfiguration(request: ConfigurationRequest, index: PluginIndex): ResolvedConfiguration {
  const { directory } = request;
  const file = request.file === undefined ? undefined : resolve(directory, request.file);
  const fromFile = file === undefined ? {} : absolutePaths(readConfigurationFile(file), dirname(file), index);
  const named = absoluteFolders(request.plugins ?? [], directory);
  const fromLine = absolutePaths(request.values ?? {}, directory, index);
  for (const name of [...listOf(fromFile["plugins"]), ...named].filter(isFolder)) index.resolve(name);
  const settings = (request.set ?? []).map((text) => readSetOption(text, index)).reduce<Values>(merge, {});
  const fromSet = absolutePaths(settings, directory, index);
  const preset = choosePreset([request.preset, fromSet["preset"], fromFile["preset"]].find((name) => name !== undefined), index);

  const fromPreset = preset?.manifest.preset ?? {};
  const strongest = (key: string): unknown => [fromSet, fromLine, fromFile, fromPreset].map((values) => values[key]).find((value) => value !== undefined);
  const recipe = chooseRecipe(strongest("recipe"), index);
  const fromRecipe = recipe === undefined ? {} : recipeSettings(recipe, strongest("student") ?? recipe.settings["student"]);

  const scale = readEpochsScale(request.epochsScale);
  const layer = (name: string, values: Values): Layer[] => [
    { name, values },
    ...(scale === 1 ? [] : [{ name: `${name}, times ${scale}`, values: scaledEpochs(values, scale) }]),
  ];
  const lower = [
    ...layer(`preset ${preset?.package}`, fromPreset),
    ...layer(`recipe ${recipe?.id}`, fromRecipe),
    ...layer(request.file ?? "file", fromFile),
  ];
  const upToFile = lower.map(({ values }) => values).reduce<Values>(merge, defaultThings());
  const plugins = [...new Set([...listOf(upToFile["plugins"]), ...named])];
  const dataset = [fromSet, fromLine, upToFile].map((values) => values["dataset"]).find((id) => id !== undefined);
  const ofDataset = request.datasetOptions === undefined || typeof dataset !== "string" || index.providers("dataset", dataset).length === 0 ? {} : { options: { [`dataset:${dataset}`]: request.datasetOptions } };
  const upper = [
    { name: "command line", values: [plugins.length > 0 ? { plugins } : {}, ofDataset].reduce<Values>(merge, fromLine) },
    { name: "--set", values: fromSet },
  ];
  const merged = [...upper.map(({ values }) => values), { preset: preset?.package ?? null }].reduce<Values>(merge, upToFile);
  const alone = merged["teacher"] === null ? distillerAlone(fromFile, fromLine, fromSet) : undefined;
  const given = alone === undefined ? merged : { ...merged, distillerWithoutTeacher: alone };

  const source = [preset === undefined ? "no preset" : `preset ${preset.package}`, recipe && `recipe ${recipe.id}`, file, "command line"];
  const invalid = (problems: Problem[]) => configurationInvalid({ source: source.filter(Boolean).join(", "), problems, known: keys });
  const parsed = configurationSchema.safeParse(given);
  const issues = parsed.error?.issues ?? [];
  const missing = issues.filter((issue) => issue.path.length === 1 && valueAt(given, issue.path) === undefined);
  const wrong = issues.filter((issue) => !missing.includes(issue));
  const twice = [listOf(fromFile["plugins"]), named, listOf(fromSet["plugins"])].flatMap(repeated);
  if (wrong.length > 0 || twice.length > 0) {
    throw invalid([
      ...wrong.map((issue) => problemOf(issue, given)),
      ...twice.map((name) => ({ path: "plugins", message: `${name} is named twice; a chain takes each augmenter once` })),
    ]);
  }
  for (const key of ["distiller", "distillerWithoutTeacher"]) if (typeof given[key] === "string") parseDistillerEntry(given[key]);
  const options = (given["options"] ?? {}) as Record<string, Values>;
  demandKnownOptions(options, index);

  const complete = (): Configuration => {
    if (parsed.success) return parsed.data;
    const hint = preset === undefined ? [{ path: "", message: "no preset is declared that would give defaults" }] : [];
    throw invalid([...missing.map((issue) => problemOf(issue, given)), ...hint]);
  };
  return {
    preset,
    recipe,
    given,
    plugins: listOf(given["plugins"]),
    options,
    set: Object.keys(isValues(fromSet["options"]) ? fromSet["options"] : {}),
    complete,
    origins: () => originsOf(complete() as unknown as Values, [{ name: "project", values: { preset: preset?.package } }, ...lower, ...upper]),
  };
}

/** What has an `id` of its own stands below all layers, so that one of its values may be set alone. */
function defaultThings(): Values {
  const { optimizer, schedule } = configurationSchema.shape;
  return { optimizer: optimizer.parse(undefined), schedule: schedule.parse(undefined) };
}

/** Folders among the plugins, and a teacher that is a path, are relative to where they are written. */
function absolutePaths(values: Values, base: string, index: PluginIndex): Values {
  const { plugins, teacher } = values;
  return {
    ...values,
    ...(isListOfText(plugins) && { plugins: absoluteFolders(plugins, base) }),
    ...(typeof teacher === "string" && (isPath(teacher) || index.teacherFor(teacher) !== undefined) && { teacher: resolve(base, teacher) }),
  };
}

/**
 * The distiller that trains a network alone because somebody chose it: on the command line, or in a file that itself
 * says that there is no teacher. A choice of `distillerWithoutTeacher` in the same place or a stronger one wins.
 */
function distillerAlone(fromFile: Values, ...stronger: readonly Values[]): unknown {
  const layers = [...(fromFile["teacher"] === null ? [fromFile] : []), ...stronger];
  return layers.reduce<unknown>((chosen, { distiller, distillerWithoutTeacher }) => distillerWithoutTeacher ?? distiller ?? chosen, undefined);
}

function absoluteFolders(names: readonly string[], base: string): string[] {
  return names.map((name) => {
    const candidates = candidateNames(name);
    return "folder" in candidates ? resolve(base, candidates.folder) : name;
  });
}

const repeated = (names: readonly string[]): string[] => [...new Set(names.filter((name, place) => names.indexOf(name) < place))];
const isPath = (text: string): boolean => /[/\\]|\.safetensors$/.test(text);
const isFolder = (name: string): boolean => "folder" in candidateNames(name);
const isListOfText = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string");
const listOf = (value: unknown): readonly string[] => (isListOfText(value) ? value : []);

/** Options may be given for contributions that this run leaves aside, but not for what does not exist. */
function demandKnownOptions(options: Readonly<Record<string, Values>>, index: PluginIndex): void {
  const names = contributionNames(index);
  const unknown = Object.keys(options).find((name) => !names.has(name));
  if (unknown !== undefined) throw unknownPath(unknown, index);
}

function problemOf(issue: z.core.$ZodIssue, given: Values): Problem {
  const path = issue.path.join(".");
  const isMissing = issue.code !== "unrecognized_keys" && valueAt(given, issue.path) === undefined;
  return { path, message: isMissing ? "missing" : issue.message, known: namesAt(path) };
}

function valueAt(values: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (isValues(value) ? value[String(key)] : (value as any)?.[key]), values);
}

function namesAt(path: string): string[] {
  if (path === "") return keys;
  if (path === "optimizer") return Object.keys(optimizerSchema.shape);
  if (path === "validation") return Object.keys(validationSchema.shape);
  if (path === "schedule") return scheduleSchema.options.flatMap((option) => Object.keys(option.shape));
  return [];
}
