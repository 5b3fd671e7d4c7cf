import { isKdfError, type Manifest } from "@kdf/core";
import { contributionsOf, findProject, PluginIndex, resolveConfiguration, shortName, type IndexedPlugin } from "@kdf/host";
import type { CommandResult } from "../command-work.js";
import { columnsOf, painter, terminalLogger, type Terminal } from "../terminal.js";
import { paragraph } from "../output/paragraph.js";

interface ListedPlugin {
  readonly name: string;
  readonly package: string;
  readonly version: string;
  readonly id: string | null;
  readonly provides: readonly string[];
  readonly requires: readonly string[];
  readonly summary: string;
  /** `declared`, `local`, or the package whose peer it is. */
  readonly because: string;
  /** Whether a run loads it when nothing else is said. */
  readonly default: boolean;
  /** Why it cannot be loaded. */
  readonly problem: { readonly code: string; readonly message: string } | null;
}

/** `kdf plugins list`: reads manifests, runs no plugin's code. */
export function listPlugins(terminal: Terminal): CommandResult {
  const project = findProject(terminal.directory);
  const index = new PluginIndex(project);
  const defaults = defaultsOf(index, terminal);
  const plugins = index.plugins.map((plugin) => describe(plugin, defaults));
  return {
    json: { project: project.file ?? null, plugins },
    text: plugins.length === 0 ? nothing(project.file) : render(plugins, terminal),
  };
}

/** Names that a run takes by default: contributions, and packages named as presets and plugins. */
export function defaultsOf(index: PluginIndex, terminal: Terminal): ReadonlySet<string> {
  try {
    const { preset, given, plugins } = resolveConfiguration({ directory: terminal.directory }, index);
    const named = plugins.map((name) => index.resolve(name).package);
    return new Set([...contributionsOf(given, index), ...named, ...(preset === undefined ? [] : [preset.package])]);
  } catch (error) {
    if (!isKdfError(error)) throw error;
    terminalLogger(terminal).warn(`no defaults: ${error.explanation.happened}`);
    return new Set();
  }
}

function describe(plugin: IndexedPlugin, defaults: ReadonlySet<string>): ListedPlugin {
  const { manifest, refusal, json } = plugin;
  const provides: Manifest["provides"] = manifest?.provides ?? [];
  return {
    name: shortName(plugin.package),
    package: plugin.package,
    version: plugin.version,
    id: manifest?.id ?? null,
    provides,
    requires: manifest?.requires ?? [],
    summary: typeof json.description === "string" ? json.description : "",
    because: plugin.because,
    default: defaults.has(plugin.package) || provides.some((contribution) => defaults.has(contribution)),
    problem: refusal === undefined ? null : { code: refusal.code, message: refusal.explanation.happened },
  };
}

const nothing = (file: string | undefined): string =>
  file === undefined
    ? "No package.json here or above: a project declares the plugins that it uses."
    : `${file} declares no kdf plugin. For a start: npm install @kdf/plugin-quickstart`;

function render(plugins: readonly ListedPlugin[], { output }: Terminal): string {
  const paint = painter(output);
  const columns = columnsOf(output);
  const width = Math.max(...plugins.map(({ name, version }) => name.length + version.length + 1));
  const blocks = plugins.map((plugin) => {
    const { name, version, problem, provides, summary } = plugin;
    const title = `${paint("bold", name)} ${version}${" ".repeat(width - name.length - version.length - 1)}`;
    const mark = plugin.default ? paint("green", "default") : "";
    const lines = [`${title}  ${mark}`.trimEnd()];
    if (summary !== "") lines.push(paragraph(summary, columns, "    "));
    if (provides.length > 0) lines.push(paint("dim", paragraph(byKind(provides), columns, "    ")));
    if (problem !== null) lines.push(paint("red", paragraph(`cannot be loaded: ${problem.message}`, columns, "    ")));
    return lines.join("\n");
  });
  return `${blocks.join("\n")}\n\n${paragraph("default: loaded by kdf train when nothing else is said", columns)}`;
}

/** `network resnet8, resnet14; metric top-1` */
function byKind(provides: readonly string[]): string {
  const kinds = new Map<string, string[]>();
  for (const contribution of provides) {
    const [kind = "", id = ""] = contribution.split(/:(.*)/);
    kinds.set(kind, [...(kinds.get(kind) ?? []), id]);
  }
  return [...kinds].map(([kind, ids]) => `${kind} ${ids.join(", ")}`).join("; ");
}
