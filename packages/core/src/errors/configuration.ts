import { catalogued } from "./error.js";
import { didYouMean, listed } from "./nearest.js";

export interface Problem {
  /** Dotted path of the option. */
  readonly path: string;
  readonly message: string;
}

const lines = (problems: readonly Problem[]): string =>
  problems.map((problem) => (problem.path === "" ? problem.message : `${problem.path}: ${problem.message}`)).join("; ");

export const optionsInvalid = catalogued(
  "KDF_OPTIONS_INVALID",
  "request",
  (d: { owner: string; problems: readonly Problem[]; options: readonly string[] }) => {
    const unknown = d.problems.map((p) => /"([^"]+)"/.exec(p.message)?.[1]).find((name) => name !== undefined);
    return {
      happened: `The options of ${d.owner} are wrong: ${lines(d.problems)}.${
        unknown === undefined ? "" : didYouMean(unknown, d.options)
      }`,
      expected: `options among: ${listed(d.options)}`,
      fix: "correct them in the configuration file or in --set",
    };
  },
);

export const configurationInvalid = catalogued(
  "KDF_CONFIGURATION_INVALID",
  "request",
  (d: { source: string; problems: readonly Problem[]; known: readonly string[] }) => {
    const unknown = d.problems.map((p) => /"([^"]+)"/.exec(p.message)?.[1]).find((name) => name !== undefined);
    return {
      happened: `The configuration (${d.source}) is wrong: ${lines(d.problems)}.${
        unknown === undefined ? "" : didYouMean(unknown, d.known)
      }`,
      expected: `keys among: ${listed(d.known)}`,
      fix: "correct them in the configuration file, the command line or --set",
    };
  },
);

export const configurationUnreadable = catalogued(
  "KDF_CONFIGURATION_UNREADABLE",
  "request",
  (d: { file: string; problem: string }) => ({
    happened: `${d.file} cannot be read as a configuration: ${d.problem}.`,
    expected: "a YAML or JSON file",
    fix: "name an existing, well-formed file with --config",
  }),
);

export const setMalformed = catalogued("KDF_SET_MALFORMED", "request", (d: { text: string }) => ({
  happened: `--set ${d.text} is not an assignment.`,
  expected: "--set path=value, for example --set cutmixpick.poolFactor=3",
  fix: "write the path, an equals sign and the value",
}));

export const setPathUnknown = catalogued(
  "KDF_SET_PATH_UNKNOWN",
  "request",
  (d: { path: string; known: readonly string[] }) => ({
    happened: `--set ${d.path} names nothing that this run uses.${didYouMean(d.path.split(".")[0] ?? d.path, d.known)}`,
    expected: `a path that begins with one of: ${listed(d.known)}`,
    fix: "correct the path, or load the plugin that it belongs to",
  }),
);

export const commandLineInvalid = catalogued(
  "KDF_COMMAND_LINE_INVALID",
  "request",
  (d: { problem: string; command: string }) => ({
    happened: d.problem,
    expected: `the options that kdf ${d.command} --help lists`,
    fix: `kdf ${d.command} --help`,
  }),
);
