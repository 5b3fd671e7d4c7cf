import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { testPlugins } from "./test-plugins.js";

/**
 * Writes one of the kit's plugins as a package into `directory`, for tests that start another process: its manifest,
 * and code that imports the kit from where it is installed (or from `kit`, the URL of a module). Returns `directory`,
 * which `--plugin` takes.
 */
export function writePlugin(directory: string, id: keyof typeof testPlugins, kit = import.meta.resolve("@kdf/testing")): string {
  const provides = Object.entries(testPlugins[id].provides).flatMap(([kind, things]) => Object.keys(things).map((name) => `${kind}:${name}`));
  const manifest = {
    name: `@kdf/plugin-${id}`,
    version: "1.0.0",
    type: "module",
    exports: "./index.js",
    files: ["index.js"],
    peerDependencies: { "@kdf/core": "^1.0.0" },
    kdf: { manifest: 1, id, provides },
  };
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  writeFileSync(
    join(directory, "index.js"),
    `import { testPlugins } from ${JSON.stringify(kit)};\nexport default testPlugins[${JSON.stringify(id)}];\n`,
  );
  return directory;
}
