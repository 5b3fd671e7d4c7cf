import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { kinds, manifestSchema, optionsJsonSchema, type Definition, type Kind, type Manifest, type Plugin } from "@kdf/core";
import { publishedPackages, root, type Package } from "../packages/workspace.js";
import type { JsonSchema } from "./option-table.js";

/** One thing that a plugin provides, as its pages show it. */
export interface Contribution {
  readonly kind: Kind;
  readonly id: string;
  readonly summary: string;
  /** Absent where the schema cannot tell. */
  readonly options?: JsonSchema;
}

/** A plugin of the repository, built. */
export interface DocumentedPlugin extends Package {
  /** What its folder says, for example `augmenter` or `preset`. */
  readonly kind: string;
  readonly manifest: Manifest;
  readonly contributions: readonly Contribution[];
  /** What the manifest requires, with the packages that provide it. */
  readonly required: readonly { readonly contribution: string; readonly from: string; readonly folder: string }[];
}

/** Every plugin of the repository, by its folder. Imports their code: throws where one is not built. */
export async function documentedPlugins(): Promise<DocumentedPlugin[]> {
  const packages = publishedPackages().filter(({ kind }) => kind !== undefined);
  const manifests = new Map(packages.map(({ folder, json }) => [folder, manifestSchema.parse(json.kdf)]));
  const providerOf = (contribution: string): Package | undefined =>
    packages.find(({ folder }) => manifests.get(folder)?.provides.includes(contribution));
  return Promise.all(
    packages.map(async (subject) => {
      const manifest = manifests.get(subject.folder) ?? manifestSchema.parse(subject.json.kdf);
      const required = manifest.requires.map((contribution) => {
        const provider = providerOf(contribution);
        if (provider === undefined) throw new Error(`${subject.folder} requires ${contribution}, which no plugin here provides`);
        return { contribution, from: provider.json.name, folder: provider.folder };
      });
      const kind = basename(dirname(subject.folder)).replace(/s$/, "");
      return { ...subject, kind, manifest, required, contributions: await contributionsOf(subject) };
    }),
  );
}

/** The code of a plugin of the repository, built. */
export async function importPlugin(folder: string): Promise<Plugin> {
  const file = join(root, folder, "dist/index.js");
  if (!existsSync(file)) throw new Error(`${folder} is not built: run npm run build`);
  return ((await import(pathToFileURL(file).href)) as { default: Plugin }).default;
}

async function contributionsOf({ folder, json }: Package): Promise<Contribution[]> {
  if (json.exports?.["."] === undefined) return [];
  const plugin = await importPlugin(folder);
  return kinds.flatMap((kind) =>
    Object.entries<Definition<unknown>>(plugin.provides[kind] ?? {}).map(([id, { summary, options }]) => {
      const schema = optionsJsonSchema(options) as JsonSchema | undefined;
      return { kind, id, summary, ...(schema !== undefined && { options: schema }) };
    }),
  );
}
