import { engineNoneStarts, engineTiers, type EngineReport } from "@kdf/core";
import { composeHost, type Host, type HostRequest } from "@kdf/host";
import { paragraph } from "../output/paragraph.js";
import { columnsOf, type Terminal } from "../terminal.js";
import { engineFacts, probeEngines, saidBy, type ProbedEngine } from "./probe-engines.js";

/** The engine that stands for the fastest one that starts. */
export const automatic = "auto";

/**
 * Composes the host. Where the configuration's engine is `auto`, every engine is tried in a process of its own, the
 * fastest that starts is taken, and what was tried and why it was left is told. KDF_ENGINE_NONE_STARTS.
 */
export async function composeWithEngine(request: HostRequest, { messages }: Terminal): Promise<Host> {
  // What can be refused is refused before engines are tried.
  const host = await composeHost(request);
  const { configuration } = host;
  if (configuration.given["engine"] !== automatic) return host;
  const { logger: _, ...question } = request;
  const probed = await probeEngines(host.index, question);
  const chosen = fastest(probed);
  if (chosen === undefined) throw engineNoneStarts({ tried: probed.map(({ id, error }) => `${id}: ${saidBy(error)}`) });
  const columns = columnsOf(messages);
  for (const one of probed) messages.write(`${paragraph(toldOf(one, chosen), columns, "  ").trimStart()}\n`);
  const engine = chosen.id;
  const complete: typeof configuration.complete = () => ({ ...configuration.complete(), engine });
  return { ...host, configuration: { ...configuration, given: { ...configuration.given, engine }, complete } };
}

/** The first of the highest tier. */
export function fastest(probed: readonly ProbedEngine[]): EngineReport | undefined {
  const reports = probed.flatMap(({ started }) => (started === undefined ? [] : [started.report]));
  return engineTiers.flatMap((tier) => reports.filter((report) => report.tier === tier))[0];
}

function toldOf({ id, started, error }: ProbedEngine, chosen: EngineReport): string {
  if (started === undefined) return `--engine auto leaves ${id}: ${saidBy(error)}`;
  return id === chosen.id ? `--engine auto takes ${id}, ${engineFacts(chosen)}` : `--engine auto leaves ${id}, ${engineFacts(started.report)}`;
}
