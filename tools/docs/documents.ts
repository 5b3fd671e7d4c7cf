import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { publishedPackages, root } from "../packages/workspace.js";
import { commandsPage } from "./commands.js";
import { configurationPage } from "./configuration.js";
import { distillersPage } from "./distillers.js";
import { documentedPlugins } from "./plugin.js";
import { pluginIndex } from "./plugin-index.js";
import { pluginReadme } from "./plugin-readme.js";

/**
 * Every file that `npm run docs` writes, by its path from the root, with the text that it should have. Packages carry
 * copies of the licence: npm packs only what is in a package's own folder, and no script may run before packing.
 */
export async function documents(): Promise<Map<string, string>> {
  const plugins = await documentedPlugins();
  const licence = readFileSync(join(root, "LICENSE"), "utf8");
  return new Map([
    ["docs/reference/commands.md", commandsPage()],
    ["docs/reference/configuration.md", configurationPage()],
    ["docs/reference/plugins.md", pluginIndex(plugins)],
    ["docs/reference/distillers.md", await distillersPage(plugins)],
    ...plugins.map((plugin): [string, string] => {
      const file = `${plugin.folder}/README.md`;
      return [file, pluginReadme(plugin, currentText(file) ?? "")];
    }),
    ...publishedPackages().map(({ folder }): [string, string] => [`${folder}/LICENSE`, licence]),
  ]);
}

/** Those of the files whose text on disk is another. */
export async function staleDocuments(): Promise<Map<string, string>> {
  return new Map([...(await documents())].filter(([file, text]) => currentText(file) !== text));
}

function currentText(file: string): string | undefined {
  const path = join(root, file);
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}
