import { refusal } from "./error.js";
import { didYouMean, listed, nearest } from "./nearest.js";

export interface Problem {
  /** Dotted path of the option. */
  readonly path: string;
  readonly message: string;
  /** The names that exist at this path, where they are known. */
  readonly known?: readonly string[];
}

/** One problem in a phrase, with the nearest name for each one that a validator quotes as unknown. */
function phrase({ path, message, known = [] }: Problem): string {
  const quoted = /unrecognized|unknown/i.test(message) ? [...message.matchAll(/"([^"]+)"/g)] : [];
  const near = quoted.map((match) => nearest(match[1] ?? "", known)).filter((name) => name !== undefined);
  const hint = near.length === 0 ? "" : ` (did you mean ${near.join(", ")}?)`;
  return `${path === "" ? "" : `${path}: `}${message}${hint}`;
}

export const optionsInvalid = refusal(
  "KDF_OPTIONS_INVALID",
  (d: { owner: string; problems: readonly Problem[]; options: readonly string[] | undefined }) => ({
    happened: `The options of ${d.owner} are wrong: ${d.problems.map(phrase).join("; ")}.`,
    expected: d.options === undefined ? "the options that its reference page lists" : `options among: ${listed(d.options)}`,
    fix: "correct them in the configuration file or in --set",
  }),
);

export const configurationInvalid = refusal(
  "KDF_CONFIGURATION_INVALID",
  (d: { source: string; problems: readonly Problem[]; known: readonly string[] }) => ({
    happened: `The configuration (${d.source}) is wrong: ${d.problems.map(phrase).join("; ")}.`,
    expected: `keys among: ${listed(d.known)}`,
    fix: "correct them in the configuration file, the command line or --set",
  }),
);

export const configurationUnreadable = refusal(
  "KDF_CONFIGURATION_UNREADABLE",
  (d: { file: string; problem: string; expected?: string; fix?: string }) => ({
    happened: `${d.file} cannot be read as a configuration: ${d.problem}.`,
    expected: d.expected ?? "a YAML or JSON file",
    fix: d.fix ?? "name an existing, well-formed file with --config",
  }),
);

export const setMalformed = refusal("KDF_SET_MALFORMED", (d: { text: string }) => ({
  happened: `--set ${d.text} is not an assignment.`,
  expected: "--set path=value, for example --set cutmixpick.poolFactor=3",
  fix: "write the path, an equals sign and the value",
}));

export const setPathUnknown = refusal("KDF_SET_PATH_UNKNOWN", (d: { path: string; known: readonly string[] }) => ({
  happened: `The setting ${d.path} names nothing that a run here could use.${didYouMean(d.path.split(".")[0] ?? d.path, d.known)}`,
  expected: `a path that begins with one of: ${listed(d.known)}`,
  fix: "correct the path, or install the plugin that it belongs to",
}));

/** How each kind is chosen. */
const chosenBy: Readonly<Record<string, (id: string) => string>> = {
  augmenter: (id) => `name it with --plugin ${id}`,
  metric: (id) => `add ${id} to the metrics`,
  network: (id) => `choose it with --student ${id}`,
  tracker: (id) => `add ${id} to the trackers`,
};

/** `contributions`: what the name means, as `kind:id`. */
export const settingUnused = refusal("KDF_SET_UNUSED", (d: { name: string; contributions: readonly string[] }) => {
  const ways = d.contributions.map((contribution) => {
    const [kind = "", id = ""] = contribution.split(":");
    return chosenBy[kind]?.(id) ?? `choose it with --${kind} ${id}`;
  });
  return {
    happened: `--set gives options of ${d.name} (${listed(d.contributions)}), which is not used by this run.`,
    expected: "options of what the run uses",
    fix: `${[...ways, "leave the setting out"].join(", or ")}`,
  };
});

export const recipeUnknown = refusal("KDF_RECIPE_UNKNOWN", (d: { name: string; known: readonly string[] }) => ({
  happened: `There is no recipe ${d.name}.${didYouMean(d.name, d.known)}`,
  expected: d.known.length === 0 ? "a recipe of an installed plugin; none has any" : `one of: ${listed(d.known)}`,
  fix: "correct --recipe, or install the plugin that has it, for example @kdf/plugin-recipes",
}));

/** `command`: `train`, `plugins list`; empty for the program itself. `program`: `kdf` unless given. */
export const commandLineInvalid = refusal(
  "KDF_COMMAND_LINE_INVALID",
  (d: { problem: string; command: string; program?: string }) => ({
    happened: d.problem,
    expected: "commands and options as the help lists them",
    fix: `see ${[d.program ?? "kdf", d.command, "--help"].filter((part) => part !== "").join(" ")}`,
  }),
);

export const fileExists = refusal("KDF_FILE_EXISTS", (d: { file: string }) => ({
  happened: `${d.file} exists already.`,
  expected: "a folder without it: nothing is ever overwritten",
  fix: "name another folder, or move away what stands there",
}));
