import type { PackageJson } from "./package-folder.js";

const conditions = new Set(["node", "import", "module-sync", "default"]);

/**
 * The file that importing the package by its name would load, as a path in the package; undefined where it exports
 * none. Read by hand, since on Node 20 `import.meta.resolve` cannot start from another package's folder.
 */
export function entryPoint(json: PackageJson): string | undefined {
  const { exports, main } = json;
  if (exports === undefined || exports === null) return typeof main === "string" ? main : undefined;
  const hasPaths = isObject(exports) && Object.keys(exports).some((key) => key.startsWith("."));
  return target(hasPaths ? (exports as Record<string, unknown>)["."] : exports);
}

/** Node takes the first condition that holds, in the order written. */
function target(value: unknown): string | undefined {
  if (typeof value === "string") return value.startsWith("./") ? value : undefined;
  if (!isObject(value)) return undefined;
  for (const [condition, next] of Object.entries(value)) {
    const found = conditions.has(condition) ? target(next) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
