import { relative } from "node:path/posix";
import { code, table } from "./markdown.js";
import { optionTable } from "./option-table.js";
import type { DocumentedPlugin } from "./plugin.js";

const written = "npm run docs writes it from";
/** What the head of a README stands between. */
export const headMarkers = { open: `<!-- head: ${written} package.json -->`, close: "<!-- /head -->" };
const options = { open: `<!-- options: ${written} the schema -->`, close: "<!-- /options -->" };

/**
 * A plugin's README with its head and its table of options as manifest and schema have them now; the rest stays. Where
 * the head is missing it takes the place of the title, and where the options are it ends the page.
 */
export function pluginReadme(plugin: DocumentedPlugin, current: string): string {
  const withHead = replaced(current, headMarkers, headOf(plugin)) ?? `${marked(headMarkers, headOf(plugin))}\n\n${withoutTitle(current)}`;
  const table = optionsOf(plugin);
  if (table === undefined) return without(withHead, options);
  return replaced(withHead, options, table) ?? `${withHead.trimEnd()}\n\n## Options\n\n${marked(options, table)}\n`;
}

type Markers = typeof headMarkers;

const marked = ({ open, close }: Markers, text: string): string => `${open}\n${text}\n${close}`;

const withoutTitle = (text: string): string => text.replace(/^# .*\n+/, "");

/** `text` with what stands between the markers replaced; nothing where they are missing. */
function replaced(text: string, markers: Markers, content: string): string | undefined {
  const [start, end] = [text.indexOf(markers.open), text.indexOf(markers.close)];
  if (start === -1 || end < start) return undefined;
  return `${text.slice(0, start)}${marked(markers, content)}${text.slice(end + markers.close.length)}`;
}

function without(text: string, markers: Markers): string {
  const [start, end] = [text.indexOf(markers.open), text.indexOf(markers.close)];
  return start === -1 || end < start ? text : `${text.slice(0, start).trimEnd()}\n${text.slice(end + markers.close.length)}`;
}

/** Title, what it provides and requires, and how it is installed. */
function headOf({ folder, json, manifest, required, kind }: DocumentedPlugin): string {
  const provides = kind === "preset" ? (manifest.recipes === undefined ? "Preset" : "Recipes") : `Provides ${named(manifest.provides)}`;
  const requires = required.map(
    ({ contribution, from, folder: other }) => `${named([contribution])} of [${from}](${relative(folder, other)})`,
  );
  const sentence = [provides, ...(requires.length === 0 ? [] : [`requires ${requires.join(", ")}`])].join("; ");
  return `# ${json.name}\n\n${sentence}. ${code(`npm install ${json.name}`)}`;
}

/** `["network:a", "network:b"]` becomes "network `a`, `b`". */
function named(contributions: readonly string[]): string {
  const byKind = new Map<string, string[]>();
  for (const contribution of contributions) {
    const [kind = "", id = ""] = contribution.split(":");
    byKind.set(kind, [...(byKind.get(kind) ?? []), code(id)]);
  }
  return [...byKind].map(([kind, ids]) => `${kind} ${ids.join(", ")}`).join("; ");
}

/** The tables of all contributions that have options, each under its name where there are several; a preset's settings. */
function optionsOf({ contributions, manifest }: DocumentedPlugin): string | undefined {
  if (manifest.preset !== undefined) return table(["Setting", "Value"], settings(manifest.preset));
  if (manifest.recipes !== undefined) return recipesOf(manifest.recipes);
  const tables = contributions.flatMap(({ kind, id, options: schema }) => {
    const table = schema === undefined ? undefined : optionTable(schema);
    return table === undefined ? [] : { kind, id, table };
  });
  if (tables.length === 0) return undefined;
  return tables.map(({ kind, id, table }) => (tables.length === 1 ? table : `${kind} ${code(id)}:\n\n${table}`)).join("\n\n");
}

/** Each recipe under its name: what it is, where its numbers stand, its settings, and those for some students. */
function recipesOf(recipes: NonNullable<DocumentedPlugin["manifest"]["recipes"]>): string {
  return Object.entries(recipes)
    .map(([id, { summary, source, settings: own, students }]) => {
      const rows = [
        ...settings(own).map((row) => [...row, ""]),
        ...students.flatMap(({ networks, settings: theirs }) => settings(theirs).map((row) => [...row, networks.map(code).join(", ")])),
      ];
      return `${code(id)}: ${summary}. Source: ${source}.\n\n${table(["Setting", "Value", "Students"], rows)}`;
    })
    .join("\n\n");
}

/** Every setting of a preset under its path, as `--set` takes it. */
function settings(values: Readonly<Record<string, unknown>>, prefix = ""): string[][] {
  return Object.entries(values).flatMap(([key, value]) => {
    const nested = typeof value === "object" && value !== null && !Array.isArray(value);
    if (nested) return settings(value as Record<string, unknown>, `${prefix}${key}.`);
    return [[code(`${prefix}${key}`), code(typeof value === "string" ? value : JSON.stringify(value))]];
  });
}
