import type { InstallationState, Installer } from "@kdf/core";
import { composeHost, type Host } from "@kdf/host";
import type { CommandResult } from "../command-work.js";
import { InstallationReporter } from "../output/installation-progress.js";
import { paragraph } from "../output/paragraph.js";
import { formatTable } from "../output/table.js";
import { columnsOf, terminalLogger, type Terminal } from "../terminal.js";

export interface EngineOptions {
  readonly set: readonly string[];
}

/** `kdf engine install` */
export async function install({ set }: EngineOptions, terminal: Terminal, name: string): Promise<CommandResult> {
  const host = await open(terminal, set.map((text) => `installer:${name}.${text}`));
  const installer = await installerOf(host, name);
  const reporter = new InstallationReporter(terminal.messages);
  const state = await installer.install((progress) => reporter.show(progress)).finally(() => reporter.end());
  const use = host.index.ids("engine").includes(name) ? "--engine" : "--teacher-engine";
  return { json: { name, ...state }, text: `${describe(name, state, terminal)}\n\nnext: npx kdf train ${use} ${name}` };
}

/** `kdf engine list` */
export async function list(terminal: Terminal): Promise<CommandResult> {
  const host = await open(terminal, []);
  const states = await Promise.all([...new Set(host.index.ids("installer"))].map(async (name) => ({ name, ...(await (await installerOf(host, name)).state()) })));
  const rows = states.map(({ name, status, details }) => [name, status, details["tensorflow"] ?? details["version"] ?? ""]);
  const problems = states.flatMap(({ name, problem }) => (problem === undefined ? [] : [paragraph(`${name}: ${problem}; npx kdf engine install ${name} mends it`, columnsOf(terminal.output))]));
  return {
    json: { installations: states },
    text: states.length === 0 ? paragraph("No plugin of this project has anything to install. For one: npm install @kdf/plugin-tensorflow", columnsOf(terminal.output)) : [formatTable(["name", "status", "version"], rows), ...problems].join("\n"),
  };
}

/** `kdf engine verify` */
export async function verify(terminal: Terminal, name: string): Promise<CommandResult> {
  const state = await (await installerOf(await open(terminal, []), name)).verify();
  return { json: { name, ...state }, text: describe(name, state, terminal), exitCode: state.status === "installed" ? 0 : 1 };
}

/** `kdf engine remove` */
export async function remove(terminal: Terminal, name: string): Promise<CommandResult> {
  const installer = await installerOf(await open(terminal, []), name);
  const { directory } = await installer.state();
  const removed = await installer.remove();
  return { json: { name, directory, removed }, text: removed ? paragraph(`${directory} is removed.`, columnsOf(terminal.output)) : `${name} is not installed.` };
}

/** Nothing of a run is needed: no preset, no plugin but the one that is asked for. */
const open = (terminal: Terminal, set: readonly string[]): Promise<Host> =>
  composeHost({ directory: terminal.directory, logger: terminalLogger(terminal), preset: null, set });

const installerOf = ({ registry }: Host, name: string): Promise<Installer> => registry.create("installer", name);

function describe(name: string, { status, directory, details, problem }: InstallationState, { output }: Terminal): string {
  const columns = columnsOf(output);
  const lines = Object.entries({ ...details, ...(problem !== undefined && { problem }) }).map(([key, value]) => paragraph(value, columns, `  ${key}: `));
  return [paragraph(`${name} is ${status}: ${directory}`, columns), ...lines].join("\n");
}
