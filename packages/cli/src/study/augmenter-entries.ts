import { optionsInvalid, type Augmenter } from "@kdf/core";
import type { EntryPart, Host, PluginIndex } from "@kdf/host";
import { parseAugmenterEntry } from "@kdf/trainer";

/** An entry of `augmenters`, found among the installed plugins. */
export interface AugmenterEntry {
  readonly label: string;
  readonly links: readonly EntryPart[];
  /** What `kdf train --plugin` takes for the chain. */
  readonly plugins: readonly string[];
  /** Whether it picks by a student. */
  readonly needsStudent: boolean;
}

/** Makes each augmenter once, so that its options are checked, and disposes it. Throws what a catalogued error says. */
export async function readAugmenterEntry(label: string, { index, registry }: Pick<Host, "index" | "registry">): Promise<AugmenterEntry> {
  const links = parseAugmenterEntry(label, "study");
  const made: Augmenter[] = [];
  try {
    for (const { id, options } of links) made.push(await registry.create("augmenter", id, options));
    const plugins = links.map(({ id }) => pluginOf(id, index));
    const twice = links.find(({ id }, place) => links.findIndex((link) => link.id === id) < place);
    if (twice !== undefined) throw unfit(label, `${twice.id} stands in it twice; a chain takes each augmenter once`);
    return { label, links, plugins, needsStudent: made.some(({ needs }) => needs?.some(({ role }) => role === "student")) };
  } finally {
    for (const augmenter of made) augmenter.dispose?.();
  }
}

/** The plugin that provides the augmenter and no other. */
function pluginOf(id: string, index: PluginIndex): string {
  const provider = index.providers("augmenter", id)[0]!;
  const others = (provider.manifest?.provides ?? []).filter((text) => text.startsWith("augmenter:") && text !== `augmenter:${id}`);
  if (others.length > 0) throw unfit(id, `its plugin ${provider.package} provides ${others.join(", ")} too; a chain takes one of each plugin`);
  return provider.because === "local" ? provider.directory : provider.package;
}

const unfit = (owner: string, message: string): Error =>
  optionsInvalid({ owner: `augmenter ${owner}`, problems: [{ path: "", message }], options: undefined });
