import { existsSync, readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig } from "vitest/config";
import { TotalsReporter } from "./tools/vitest/totals-reporter.js";

/**
 * Unit tests run each package's sources, so that an edit needs no build. Tests across packages (`test/`, `examples/`)
 * run what is built, as a user's process would.
 */
const folders = (parent: string): string[] =>
  readdirSync(resolve(import.meta.dirname, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => resolve(import.meta.dirname, parent, entry.name));

const sources = [...folders("packages"), ...folders("plugins").flatMap(folders)]
  .filter((folder) => existsSync(resolve(folder, "src/index.ts")))
  .map((folder) => ({
    name: (JSON.parse(readFileSync(resolve(folder, "package.json"), "utf8")) as { name: string }).name,
    source: resolve(folder, "src"),
  }));

const alias = [
  { find: /^@kdf\/core\/(di|tokens)$/, replacement: resolve(import.meta.dirname, "packages/core/src/$1.ts") },
  ...sources.map((entry) => ({
    find: new RegExp(`^${entry.name}$`),
    replacement: resolve(entry.source, "index.ts"),
  })),
];

export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    reporters: ["default", new TotalsReporter()],
    projects: [
      {
        resolve: { alias },
        test: { name: "unit", include: ["packages/*/src/**/*.test.ts", "plugins/*/*/src/**/*.test.ts"] },
      },
      {
        test: {
          name: "whole",
          include: ["test/**/*.test.ts", "examples/**/*.test.ts", "studies/**/*.test.ts", "tools/**/*.test.ts"],
          exclude: ["**/node_modules/**", "**/*.{external,long}.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: "external",
          include: ["test/**/*.external.test.ts"],
          testTimeout: 900_000,
          hookTimeout: 900_000,
        },
      },
      {
        test: {
          name: "long",
          include: ["test/long/**/*.long.test.ts"],
          testTimeout: 7_200_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});
