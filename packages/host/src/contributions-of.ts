import { parseDistillerEntry } from "./entry.js";
import type { PluginIndex } from "./plugin-index.js";
import type { Values } from "./merge.js";

/** What a run with these values would ask for, as `kind:id`, with what that requires in turn; no code is loaded. */
export function contributionsOf(values: Values, index: PluginIndex): string[] {
  const named: [string, unknown][] = [
    ["dataset", values["dataset"]],
    ["teacher", values["teacher"]],
    ["network", values["student"]],
    ["distiller", partsOf(values["teacher"] === null ? values["distillerWithoutTeacher"] : values["distiller"])],
    ["engine", values["engine"]],
    ["metric", values["metrics"]],
    ["tracker", values["trackers"]],
  ];
  const queue = named.flatMap(([kind, ids]) => (Array.isArray(ids) ? ids : [ids]).map((id) => `${kind}:${String(id)}`));
  const wanted = new Set<string>();
  for (const contribution of queue) {
    const provider = index.plugins.find((plugin) => plugin.manifest?.provides.includes(contribution));
    if (provider === undefined || wanted.has(contribution)) continue;
    wanted.add(contribution);
    queue.push(...(provider.manifest?.requires ?? []));
  }
  return [...wanted];
}

/** The distillers of a combination. */
const partsOf = (entry: unknown): string[] => (typeof entry === "string" ? parseDistillerEntry(entry).map(({ id }) => id) : []);
