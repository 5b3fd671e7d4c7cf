import { isKdfError, optionsJsonSchema, type Kind } from "@kdf/core";
import { cacheDirectory, explainPlugin, findProject, PluginIndex, PluginRegistry, type Explained, type ExplainedPlugin } from "@kdf/host";
import type { CommandResult } from "../command-work.js";
import { describeOptions, type DescribedOption } from "../output/option-list.js";
import { paragraph } from "../output/paragraph.js";
import { defaultsOf } from "./plugins-list.js";
import { columnsOf, painter, terminalLogger, type Terminal } from "../terminal.js";

/** One contribution with what its code says of it. */
interface Contribution {
  readonly contribution: string;
  readonly summary: string;
  /** Where it is published, if it says. */
  readonly paper?: string;
  /** null where its schema does not tell. */
  readonly options: readonly DescribedOption[] | null;
}

/** `kdf plugins why ID`: loads the plugin's code, for its options. */
export async function explain(terminal: Terminal, name: string): Promise<CommandResult> {
  const index = new PluginIndex(findProject(terminal.directory));
  const explained = explainPlugin(name, index, terminal.directory);
  const defaults = defaultsOf(index, terminal);
  const plugins = await Promise.all(
    explained.plugins.map(async ({ refusal, ...plugin }) => ({
      ...plugin,
      default: [plugin.package, ...plugin.provides].some((what) => defaults.has(what)),
      refusal: refusal === undefined ? null : { code: refusal.code, ...refusal.explanation },
      ...(refusal === undefined ? await contributions(plugin.package, meant(name, plugin.provides), index, terminal) : { contributions: [], broken: null }),
    })),
  );
  const { refusal } = explained;
  const taken = refusal === undefined && plugins.every(({ broken }) => broken === null);
  const json = { name, taken, candidates: explained.candidates, plugins, refusal: refusal === undefined ? null : { code: refusal.code, ...refusal.explanation } };
  return { json, text: render({ ...explained, plugins }, terminal), exitCode: taken ? 0 : 1 };
}

/** Of a plugin that is named by one thing that it provides, that thing. */
function meant(name: string, provides: readonly string[]): readonly string[] {
  const named = provides.filter((contribution) => contribution === name || contribution.slice(contribution.indexOf(":") + 1) === name);
  return named.length === 0 ? provides : named;
}

async function contributions(
  name: string,
  provides: readonly string[],
  index: PluginIndex,
  terminal: Terminal,
): Promise<{ readonly contributions: readonly Contribution[]; readonly broken: { readonly code: string; readonly happened: string; readonly fix: string } | null }> {
  const registry = new PluginRegistry({ index, logger: terminalLogger(terminal), options: {}, cacheDirectory: cacheDirectory() });
  try {
    await registry.loadPlugin(name);
  } catch (error) {
    if (!isKdfError(error)) throw error;
    return { contributions: [], broken: { code: error.code, ...error.explanation } };
  }
  const list = provides.map((contribution) => {
    const at = contribution.indexOf(":");
    const { definition } = registry.get(contribution.slice(0, at) as Kind, contribution.slice(at + 1));
    const schema = optionsJsonSchema(definition.options);
    const { summary, paper } = definition;
    return { contribution, summary, ...(paper !== undefined && { paper }), options: schema === undefined ? null : describeOptions(schema) };
  });
  return { contributions: list, broken: null };
}

type Told = Omit<Explained, "plugins"> & {
  readonly plugins: readonly (Omit<ExplainedPlugin, "refusal"> & {
    readonly default: boolean;
    readonly contributions: readonly Contribution[];
    readonly broken: { readonly code: string; readonly happened: string; readonly fix: string } | null;
  })[];
};

function render({ name, candidates, plugins, refusal }: Told, { output }: Terminal): string {
  const [paint, columns] = [painter(output), columnsOf(output)];
  const line = (head: string, text: string): string => paragraph(text, columns, `  ${head.padEnd(13)}`);
  const refused = (problem: { readonly happened: string; readonly fix: string; readonly code: string }): string[] => [
    paint("red", line("not taken", problem.happened)),
    line("to fix", `${problem.fix} (${problem.code})`),
  ];
  const blocks = plugins.map((plugin) => [
    `${paint("bold", plugin.package)} ${plugin.version}`,
    ...(plugin.broken === null && refusal === undefined ? [line("taken", reasonsText(plugin.because))] : [line("present", reasonsText(plugin.because))]),
    ...(plugin.broken === null ? [] : refused(plugin.broken)),
    line("default", plugin.default ? "yes, kdf train loads it when nothing else is said" : "no, it is used when a run names it"),
    line("core", `needs ${plugin.core.range ?? "a version that it does not state"}, here is ${plugin.core.installed}`),
    line("folder", plugin.directory),
    ...plugin.requires.map(({ contribution, providers }) => line("requires", `${contribution}, from ${providers.join(" or ") || "no installed plugin"}`)),
    ...(plugin.requiredBy.length === 0 ? [] : [line("required by", plugin.requiredBy.join(", "))]),
    ...plugin.contested.map(({ contribution, others }) => paint("yellow", line("contested", `${contribution} is provided by ${others.join(", ")} too`))),
    ...plugin.contributions.flatMap((contribution) => contributionLines(contribution, columns, paint("bold", contribution.contribution))),
  ]);
  const tried = candidates.length === 0 || (plugins.length > 0 && !plugins.some((plugin) => candidates.some((candidate) => candidate.package === plugin.package)))
    ? []
    : [[`${paint("bold", name)} may be`, ...candidates.map(({ package: each, installed, declared }) => line("", `${each}: ${stateOf(installed, declared, plugins.map((plugin) => plugin.package).includes(each))}`))]];
  const problem = refusal === undefined ? [] : [refused({ code: refusal.code, ...refusal.explanation })];
  return [...tried, ...blocks, ...problem].map((lines) => lines.join("\n")).join("\n\n");
}

function stateOf(installed: string | null, declared: boolean, indexed: boolean): string {
  if (installed === null) return declared ? "declared, not installed" : "not installed";
  if (declared) return `${installed}, declared`;
  return indexed ? `${installed}, a peer of what is declared` : `${installed}, installed but not declared`;
}

function reasonsText(because: readonly string[]): string {
  return because
    .map((reason) => {
      if (reason === "declared") return "declared in the project's package.json";
      if (reason === "local") return "a folder named on the command line";
      return `a peer of ${reason}`;
    })
    .join(", which is ");
}

function contributionLines({ contribution, summary, paper, options }: Contribution, columns: number, title: string): string[] {
  const head = ["", `  ${title}`, paragraph(summary, columns, "    "), ...(paper === undefined ? [] : [paragraph(paper, columns, "    ")])];
  if (options === null) return [...head, "    its options are described in its README"];
  if (options.length === 0) return [...head, "    no options"];
  const id = contribution.slice(contribution.indexOf(":") + 1);
  return [
    ...head,
    ...options.flatMap(({ name, type, default: value, description }) => [
      `    --set ${id}.${name}=  ${type}${value === undefined ? "" : `, default ${JSON.stringify(value)}`}`,
      ...(description === undefined ? [] : [paragraph(description, columns, "        ")]),
    ]),
  ];
}
