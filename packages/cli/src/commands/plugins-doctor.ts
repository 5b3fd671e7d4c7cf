import { errorJson } from "../output/error-report.js";
import { isKdfError } from "@kdf/core";
import { diagnosePlugins, findProject, PluginIndex, shortName } from "@kdf/host";
import type { CommandResult } from "../command-work.js";
import { paragraph } from "../output/paragraph.js";
import { columnsOf, painter, type Terminal } from "../terminal.js";
import { loadInChild } from "./ask-child.js";

/** Seconds for one plugin's import, which is a few milliseconds of reading files. */
const PATIENCE = 30;

export interface ToldProblem {
  readonly packages: readonly string[];
  readonly code: string;
  readonly happened: string;
  readonly expected?: string;
  readonly fix: string;
}

/** `kdf plugins doctor`: all that is wrong with the project's plugins, and with those in `folders`, at once. */
export async function diagnose(terminal: Terminal, folders: readonly string[]): Promise<CommandResult> {
  const project = findProject(terminal.directory);
  const index = new PluginIndex(project);
  const unresolved = folders.flatMap((folder) => unusable(folder, index, terminal.directory));
  const stated = [...unresolved, ...diagnosePlugins(index).map(({ packages, error }) => told(packages, errorJson(error).error))];
  const refused = new Set(stated.flatMap(({ packages }) => packages));
  // What is refused by its package.json is not run.
  const names = index.plugins.map((plugin) => plugin.package).filter((name) => !refused.has(name));
  const answers = await loadInChild(terminal.directory, names, PATIENCE);
  const loading = answers.flatMap(({ subject, error }) => (error === undefined ? [] : [told([subject], error)]));
  const problems = [...stated, ...loading];
  return {
    json: { project: project.file ?? null, checked: index.plugins.map((plugin) => plugin.package), problems },
    text: render(index.plugins.length, problems, terminal),
    exitCode: problems.length === 0 ? 0 : 1,
  };
}

function unusable(folder: string, index: PluginIndex, base: string): ToldProblem[] {
  try {
    index.resolve(folder, base);
    return [];
  } catch (error) {
    if (!isKdfError(error)) throw error;
    // A folder that the index knows tells its refusal among the others.
    return index.plugins.some((plugin) => plugin.refusal === error) ? [] : [told([folder], errorJson(error).error)];
  }
}

function told(packages: readonly string[], error: Readonly<Record<string, string>>): ToldProblem {
  const { code = "UNEXPECTED", message = "", happened, expected, fix } = error;
  return {
    packages,
    code,
    happened: happened ?? `${packages.join(", ")} could not be loaded: ${message}`,
    ...(expected !== undefined && { expected }),
    fix: fix ?? "report it to the plugin's author, or uninstall it",
  };
}

function render(count: number, problems: readonly ToldProblem[], { output }: Terminal): string {
  const [paint, columns] = [painter(output), columnsOf(output)];
  const plugins = count === 1 ? "1 plugin" : `${count} plugins`;
  if (problems.length === 0) return `${plugins} checked and loaded, no problem found.`;
  const blocks = problems.map(({ packages, code, happened, expected, fix }) =>
    [
      `${paint("red", "problem")} ${paint("bold", packages.map(shortName).join(", "))}  ${paint("dim", code)}`,
      paragraph(happened, columns, "    "),
      ...(expected === undefined ? [] : [paragraph(expected, columns, "    expected: ")]),
      paragraph(fix, columns, "    to fix:   "),
    ].join("\n"),
  );
  const number = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return `${blocks.join("\n\n")}\n\n${plugins} checked, ${number} found.`;
}
