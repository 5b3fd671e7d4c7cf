import type { InstallationFinding, InstallationState } from "@kdf/core";
import type { HostRequest, PluginIndex } from "@kdf/host";
import { askChild } from "./ask-child.js";
import type { Check } from "./doctor-checks.js";
import { saidBy } from "./probe-engines.js";

/** Seconds without an answer: libraries of many megabytes are loaded. */
const patience = 60;

/** What is fetched on purpose and is no engine, and what of this machine each installation uses or lacks. */
export async function installationChecks(index: PluginIndex, request: Omit<HostRequest, "logger">): Promise<Check[]> {
  const engines = index.ids("engine");
  const checks: Check[] = [];
  const question = { directory: request.directory, plugins: request.plugins ?? [], set: [], preset: null };
  const ids = [...new Set(index.ids("installer"))];
  const answers = ids.length === 0 ? [] : await askChild({ task: "installations", ids, request: question }, patience);
  for (const id of ids) {
    const answer = answers.find(({ subject }) => subject === id);
    if (answer?.result === undefined) {
      checks.push({ id: `installation:${id}`, status: "problem", text: `installation of ${id}: ${saidBy(answer?.error)}`, fix: `kdf plugins why installer:${id}`, details: { error: answer?.error } });
      continue;
    }
    const { state, findings } = answer.result as { readonly state: InstallationState; readonly findings: readonly InstallationFinding[] };
    // Whether an engine's libraries are there is told where it is started.
    if (!engines.includes(id)) checks.push(installationCheck(id, state));
    checks.push(...findings.map((finding): Check => ({ ...finding, id: `installation:${id}:${finding.id}`, text: `${id}: ${finding.text}` })));
  }
  return checks;
}

function installationCheck(id: string, { status, directory, details, problem }: InstallationState): Check {
  const made = Object.entries(details).filter(([key]) => key !== "installed" && key !== "node").map(([key, value]) => `${key} ${value}`);
  const text = `installation of ${id}: ${status === "installed" ? made.join(", ") : (problem ?? "not there")}`;
  const fix = `npx kdf engine install ${id}`;
  return { id: `installation:${id}`, status: status === "installed" ? "ok" : "note", text, ...(status !== "installed" && { fix }), details: { status, directory, ...details } };
}
