import { kinds } from "@kdf/core";
import { code, generatedPage, table } from "./markdown.js";
import type { DocumentedPlugin } from "./plugin.js";

/** The page that lists every plugin by kind and leads to its README. */
export function pluginIndex(plugins: readonly DocumentedPlugin[]): string {
  const present = new Set(plugins.map(({ kind }) => kind));
  const ordered = [...kinds.filter((kind) => present.has(kind)), ...[...present].filter((kind) => !kinds.some((known) => known === kind)).sort()];
  const sections = ordered.map((kind) => {
    const rows = plugins.filter((plugin) => plugin.kind === kind).flatMap(rowsOf);
    return `## ${kind}\n\n${table(["Id", "", "Package"], rows)}`;
  });
  return [
    generatedPage,
    "# Plugins",
    "The plugins of this repository. A package's page has its options, with their values and defaults.",
    ...sections,
  ].join("\n\n").concat("\n");
}

function rowsOf({ folder, json, contributions, manifest }: DocumentedPlugin): string[][] {
  const page = `[${json.name}](../../${folder}/README.md)`;
  if (contributions.length === 0) return [[code(manifest.id), json.description ?? "", page]];
  return contributions.map(({ id, summary }) => [code(id), summary, page]);
}
