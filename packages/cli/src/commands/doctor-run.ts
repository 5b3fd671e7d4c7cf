import { existsSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { engineTiers } from "@kdf/core";
import { cacheDirectory, diagnosePlugins, findProject, packageVersions, PluginIndex, type HostRequest } from "@kdf/host";
import type { CommandResult } from "../command-work.js";
import { paragraph } from "../output/paragraph.js";
import { hostRequest, type PluginOptions, type ValueOptions } from "../command-options.js";
import { columnsOf, painter, type Terminal } from "../terminal.js";
import { askChild } from "./ask-child.js";
import { fastest } from "./choose-engine.js";
import { folderCheck, memoryCheck, nodeCheck, readableCheck, type Check } from "./doctor-checks.js";
import { installationChecks } from "./doctor-installations.js";
import { configurationFileName } from "./init-files.js";
import { engineFacts, probeEngines, saidBy, type ProbedEngine } from "./probe-engines.js";

export type DoctorOptions = PluginOptions & Pick<ValueOptions, "dataset" | "dataDir" | "onBadImage">;
type ChildRequest = Omit<HostRequest, "logger">;

/** Seconds without an answer. */
const PATIENCE = 60;

/** `kdf doctor` */
export async function runDoctor(options: DoctorOptions, terminal: Terminal): Promise<CommandResult> {
  const { directory } = terminal;
  const index = new PluginIndex(findProject(directory));
  for (const name of options.plugin) index.resolve(name, directory);
  const file = join(directory, configurationFileName);
  const { logger: _, ...request } = hostRequest({ ...options, ...(options.config === undefined && existsSync(file) && { config: file }) }, terminal);
  const engines = await probeEngines(index, request);
  const configuration = await configurationCheck(index, request);
  const checks = [
    nodeCheck(process.versions.node),
    commandCheck(index),
    projectCheck(index),
    ...pluginChecks(index),
    memoryCheck(process.availableMemory(), totalMemory(), availableParallelism()),
    folderCheck("runs", "runs are written to", join(directory, "runs"), "choose another place with --run-dir"),
    folderCheck("cache", "downloads are kept in", cacheDirectory(), "set KDF_CACHE_DIR to another folder"),
    ...(options.dataDir === undefined ? [] : [readableCheck("data", "data folder", resolve(directory, options.dataDir))]),
    ...demandWanted(engineChecks(engines), configuration),
    ...(await installationChecks(index, request)),
    configuration,
  ];
  const problems = checks.filter(({ status }) => status === "problem").length;
  const next = problems === 0 ? nextStep(engines, configuration) : undefined;
  return { json: { problems, checks, next: next ?? null }, text: render(checks, problems, next, terminal), exitCode: problems === 0 ? 0 : 1 };
}

/** What the machine has, or less where the process's container has a limit. */
function totalMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 && limit < totalmem() ? limit : totalmem();
}

/** An engine that the configuration names must start, where another may be left uninstalled. */
function demandWanted(engines: readonly Check[], configuration: Check): Check[] {
  const wanted = `engine:${String(configuration.details?.["engine"])}`;
  return engines.map((check): Check => (check.id === wanted && check.status === "note" && check.fix !== undefined ? { ...check, status: "problem" } : check));
}

/** What to type where nothing stands in the way: with a faster engine than the configuration's, where one starts. */
function nextStep(engines: readonly ProbedEngine[], { details }: Check): string {
  const best = fastest(engines);
  const own = engines.find(({ id }) => id === details?.["engine"])?.started?.report;
  const isFaster = best !== undefined && own !== undefined && engineTiers.indexOf(best.tier) < engineTiers.indexOf(own.tier);
  return isFaster ? `kdf train --engine ${best.id} (faster than ${own.id}; --engine auto takes it by itself)` : "kdf train";
}

/** One kdf serves a project: plugins that are installed beside another copy of core are refused. */
function commandCheck({ core, project }: PluginIndex): Check {
  const versions = packageVersions();
  const text = `kdf ${versions["@kdf/cli"] ?? versions["@kdf/host"] ?? "of unknown version"}`;
  const details = { versions, core: core.directory };
  const isOwn = ["@kdf/cli", "@kdf/core", "@kdf/host"].some((name) => project.declared.includes(name));
  if (project.file === undefined || isOwn) return { id: "kdf", status: "ok", text, details };
  return { id: "kdf", status: "note", text: `${text}, which this project does not declare`, fix: "npm install @kdf/cli", details };
}

function projectCheck({ project, plugins }: PluginIndex): Check {
  const details = { file: project.file ?? null, plugins: plugins.map((plugin) => plugin.package) };
  if (project.file === undefined) {
    return { id: "project", status: "problem", text: "no package.json here or above: nothing says which plugins may be used", fix: "kdf init", details };
  }
  if (plugins.length === 0) {
    return { id: "project", status: "problem", text: `${project.file} declares no plugin that is installed`, fix: "npm install, or npm install @kdf/plugin-quickstart", details };
  }
  return { id: "project", status: "ok", text: `${project.file}: ${plugins.length === 1 ? "1 plugin" : `${plugins.length} plugins`}`, details };
}

/** What manifests tell; `kdf plugins doctor` loads the code too. */
function pluginChecks(index: PluginIndex): Check[] {
  return diagnosePlugins(index).map(({ packages, error: { code, explanation } }) => ({
    id: "plugins",
    status: "problem",
    text: explanation.happened,
    fix: explanation.fix,
    details: { code, packages },
  }));
}

function engineChecks(engines: readonly ProbedEngine[]): Check[] {
  if (engines.length > 0) return engines.map(engineCheck);
  return [{ id: "engine", status: "problem", text: "no engine is installed", fix: "npm install @kdf/plugin-wasm" }];
}

/** Libraries that nobody asked for yet, and a machine without a GPU, are no fault. */
const blameless: ReadonlySet<string | undefined> = new Set(["KDF_ENGINE_NOT_INSTALLED", "KDF_ENGINE_DEVICE_MISSING"]);

function engineCheck({ id, started, error }: ProbedEngine): Check {
  if (started === undefined) {
    const status = blameless.has(error?.["code"]) ? "note" : "problem";
    const fix = error?.["fix"] ?? `kdf plugins why engine:${id}`;
    return { id: `engine:${id}`, status, text: `engine ${id}: ${saidBy(error)}`, fix, details: { error } };
  }
  const { report, warnings, milliseconds, residentMegabytes } = started;
  const facts = `engine ${id}: ${engineFacts(report)}; started in ${(milliseconds / 1000).toFixed(1)} s, ${residentMegabytes} MB`;
  const details = { ...report, warnings, milliseconds, residentMegabytes };
  return { id: `engine:${id}`, status: warnings.length === 0 ? "ok" : "note", text: [facts, ...warnings].join(". "), details };
}

async function configurationCheck(index: PluginIndex, request: ChildRequest): Promise<Check> {
  const what = request.file === undefined ? "the defaults" : request.file;
  if (index.plugins.length === 0) return { id: "configuration", status: "note", text: `${what}: not checked, since no plugin is installed` };
  const [answer] = await askChild({ task: "configuration", request }, PATIENCE);
  if (answer?.result === undefined) {
    const fix = answer?.error?.["fix"] ?? "kdf plugins doctor";
    return { id: "configuration", status: "problem", text: `${what}: ${saidBy(answer?.error)}`, fix, details: { error: answer?.error } };
  }
  const { dataset, student, engine } = answer.result as Readonly<Record<string, string>>;
  return { id: "configuration", status: "ok", text: `${what}: valid; ${student} on ${engine}, the files of ${dataset} are there`, details: { ...answer.result } };
}

function render(checks: readonly Check[], problems: number, next: string | undefined, { output }: Terminal): string {
  const [paint, columns] = [painter(output), columnsOf(output)];
  const colours = { ok: "green", note: "yellow", problem: "red" } as const;
  const lines = checks.map(({ status, text, fix }) => {
    const told = paragraph(text, columns, "         ").trimStart();
    const line = `${paint(colours[status], status.padEnd(9))}${told}`;
    return fix === undefined ? line : `${line}\n${paragraph(fix, columns, "         to fix: ")}`;
  });
  const end = next !== undefined ? paragraph(`No problem found. Next: ${next}`, columns) : `${problems === 1 ? "1 problem" : `${problems} problems`} found.`;
  return `${lines.join("\n")}\n\n${end}`;
}
