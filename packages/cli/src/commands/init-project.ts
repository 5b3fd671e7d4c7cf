import { readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { commandLineInvalid } from "@kdf/core";
import { candidateNames, isPluginName } from "@kdf/host";
import type { CommandResult } from "../command-work.js";
import { paragraph } from "../output/paragraph.js";
import { columnsOf, type Terminal } from "../terminal.js";
import { configurationFileName, planProject, writeProject, type Plan } from "./init-files.js";
import { configurationFile, presetPackage, spelledOut, suggestedAugmenters, type Start } from "./init-template.js";

export interface InitOptions {
  readonly yes?: true;
  readonly plugin: readonly string[];
  readonly spelledOut?: true;
  readonly epochs?: unknown;
  readonly json?: true;
}

/** `kdf init [DIRECTORY]` */
export async function initProject(options: InitOptions, terminal: Terminal, directory: string | undefined): Promise<CommandResult> {
  const { epochs } = options;
  if (epochs !== undefined && !(Number.isInteger(epochs) && (epochs as number) > 0)) {
    throw commandLineInvalid({ command: "init", problem: `--epochs ${String(epochs)} is not a positive whole number.` });
  }
  const packages = new Map(options.plugin.map((name) => [name, packageOf(name)]));
  const place = resolve(terminal.directory, directory ?? ".");
  const chosen = { spelledOut: options.spelledOut, plugins: options.plugin.length > 0 ? options.plugin : undefined, epochs: epochs as number | undefined };
  // What exists is refused before anything is asked.
  planProject(place, "", { dependencies: {}, script: "" });
  const start = await startOf(chosen, options);
  if (start === undefined) return { text: "Nothing was written.", json: { written: null }, exitCode: 130 };
  const dependencies = dependenciesOf(start, (name) => packages.get(name) ?? packageOf(name));
  const plan = planProject(place, configurationFile(start), { dependencies, script: `kdf train --config ${configurationFileName}` });
  writeProject(plan);
  return { text: report(plan, start, terminal), json: { ...summary(plan), ...start, dependencies } };
}

async function startOf(chosen: { readonly [K in keyof Start]: Start[K] | undefined }, { yes, json }: InitOptions): Promise<Start | undefined> {
  const start = { spelledOut: chosen.spelledOut ?? false, plugins: chosen.plugins ?? [suggestedAugmenters[0].name], epochs: chosen.epochs ?? 1 };
  if (yes === true) return start;
  if (json === true || process.stdin.isTTY !== true || process.stdout.isTTY !== true) {
    throw commandLineInvalid({ command: "init", problem: `There is ${json === true ? "--json" : "no terminal"}, so nothing can be asked: add --yes.` });
  }
  return (await import("./init-questions.js")).ask(chosen);
}

/** The package that npm installs for a name: an augmenter's plugin, from the registry. */
function packageOf(name: string): string {
  const candidates = candidateNames(name);
  const refuse = (problem: string) => commandLineInvalid({ command: "init", problem: `--plugin ${name} ${problem}` });
  if ("folder" in candidates) throw refuse("is a folder: add it to kdf.config.yaml and to package.json (npm install ./FOLDER) afterwards.");
  const [first] = candidates.packages;
  if (first === undefined) throw refuse("is no name that a package can have.");
  // `@acme/blur` may be a package of that name, but what is named as plugins are is the likelier one.
  return candidates.packages.find(isPluginName) ?? first;
}

/** kdf's own packages in this command's major version; of a stranger's only the lock file can tell. */
function dependenciesOf({ spelledOut: alone, plugins }: Start, packageFor: (name: string) => string): Record<string, string> {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string };
  const [major] = version.split(".");
  const names = ["@kdf/cli", ...(alone ? spelledOut.packages : [presetPackage]), ...plugins.map(packageFor)];
  return Object.fromEntries([...new Set(names)].map((name) => [name, name.startsWith("@kdf/") ? `^${major}.0.0` : "*"]));
}

const summary = ({ directory, extended, added, script }: Plan) => ({
  directory,
  written: [configurationFileName, "package.json"],
  extended,
  added,
  script,
});

function report(plan: Plan, { plugins }: Start, { directory, output }: Terminal): string {
  const columns = columnsOf(output);
  const folder = relative(directory, plan.directory);
  const packages = `${plan.extended ? "Added to" : "Wrote"} package.json: ${plan.added.join(", ") || "nothing, all was there"}`;
  const train = plan.script ? "npm run train" : `npx kdf train --config ${configurationFileName}`;
  const lines = [
    paragraph(packages, columns),
    `Wrote ${configurationFileName}: ${plugins.length === 0 ? "no augmentation" : plugins.join(", ")}`,
    ...(plan.script ? [] : ["package.json has a script train already, which stays as it is."]),
    "",
    "Next:",
    ...(folder === "" ? [] : [`  cd ${/\s/.test(folder) ? JSON.stringify(folder) : folder}`]),
    "  npm install",
    "  npx kdf doctor",
    `  ${train}`,
  ];
  return lines.join("\n");
}
