import { existsSync, readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { ownPlugins } from "./own-plugins.js";
import { templateKinds } from "./template-kinds.js";

const plugins = resolve(import.meta.dirname, "../../../plugins");

function ofRepository(): typeof ownPlugins {
  const files = readdirSync(plugins)
    .flatMap((kind) => readdirSync(resolve(plugins, kind)).map((id) => resolve(plugins, kind, id, "package.json")))
    .filter((file) => existsSync(file));
  const manifests = files.map((file) => JSON.parse(readFileSync(file, "utf8")) as { name: string; kdf: { provides?: string[] } });
  return Object.fromEntries(
    manifests
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, kdf }) => {
        const provided = Object.keys(templateKinds).flatMap((kind) => {
          const ids = (kdf.provides ?? []).filter((text) => text.startsWith(`${kind}:`)).map((text) => text.slice(kind.length + 1));
          return ids.length === 0 ? [] : [[kind, ids]];
        });
        return [name, Object.fromEntries(provided) as object];
      }),
  );
}

it("are those of the repository: a new plugin may not take their ids", () => {
  expect(ownPlugins).toEqual(ofRepository());
});
