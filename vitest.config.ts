import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { defineConfig } from "vitest/config";

/**
 * Unit tests run each package's sources, so that an edit needs no build. Tests across packages (`test/`, `examples/`)
 * run what is built, as a user's process would.
 */
const sources = globSync(["packages/*/package.json", "plugins/*/*/package.json"], { cwd: import.meta.dirname })
  .map((file) => resolve(import.meta.dirname, file))
  .map((file) => ({
    name: (JSON.parse(readFileSync(file, "utf8")) as { name: string }).name,
    source: resolve(dirname(file), "src"),
  }))
  .filter((entry) => existsSync(resolve(entry.source, "index.ts")));

const alias = [
  { find: /^@kdf\/core\/di$/, replacement: resolve(import.meta.dirname, "packages/core/src/di.ts") },
  ...sources.map((entry) => ({
    find: new RegExp(`^${entry.name}$`),
    replacement: resolve(entry.source, "index.ts"),
  })),
];

export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    projects: [
      {
        resolve: { alias },
        test: { name: "unit", include: ["packages/*/src/**/*.test.ts", "plugins/*/*/src/**/*.test.ts"] },
      },
      {
        test: {
          name: "whole",
          include: ["test/**/*.test.ts", "examples/*/*.test.ts", "tools/**/*.test.ts"],
          testTimeout: 120_000,
        },
      },
    ],
  },
});
