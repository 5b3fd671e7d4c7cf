import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { hostCore } from "../src/plugin-index.js";

export interface TestPackage {
  readonly name: string;
  readonly version?: string;
  readonly description?: string;
  readonly manifest?: unknown;
  /** Text of index.js; none is written where it is absent. */
  readonly code?: string;
  readonly peers?: Readonly<Record<string, string>>;
  readonly json?: Readonly<Record<string, unknown>>;
}

/** The text of a plugin that imports nothing. Each contribution's factory returns what it was given. */
export function pluginCode(id: string, provides: Readonly<Record<string, readonly string[]>>): string {
  const kinds = Object.entries(provides).map(
    ([kind, ids]) => `${kind}: { ${ids.map((name) => `"${name}": definition("${kind}:${name}")`).join(", ")} }`,
  );
  return `
const options = { "~standard": { version: 1, vendor: "test", validate: (value) => {
  const wrong = Object.keys(value).filter((key) => !["alpha", "base", "fail"].includes(key));
  return wrong.length > 0 ? { issues: [{ message: "Unrecognized key: \\"" + wrong[0] + "\\"" }] } : { value };
} } };
const definition = (name) => ({
  summary: "for a test", options,
  create: async (options, context) => {
    if (options.fail === "throw") throw new TypeError("out of paint");
    if (options.fail === "nothing") return undefined;
    const base = options.base === undefined ? undefined : await context.create("augmenter", options.base);
    return { name, options, context, base };
  },
});
globalThis.loadedPlugins = [...(globalThis.loadedPlugins ?? []), import.meta.url];
export default { id: "${id}", provides: { ${kinds.join(", ")} }, [Symbol.for("kdf.plugin")]: 1 };
`;
}

/** An augmenter's package under the usual name, complete and working unless said otherwise. */
export function augmenterPackage(id: string, changes: Partial<TestPackage> = {}): TestPackage {
  return {
    name: `@kdf/plugin-${id}`,
    manifest: { manifest: 1, id, provides: [`augmenter:${id}`] },
    code: pluginCode(id, { augmenter: [id] }),
    ...changes,
  };
}

/** A project in a temporary folder that lasts as long as the test. */
export class TemporaryProject {
  readonly directory = realpathSync(mkdtempSync(join(tmpdir(), "kdf-host-")));

  constructor(declared: Readonly<Record<string, string>> = {}, where: string = "dependencies") {
    onTestFinished(() => rmSync(this.directory, { recursive: true, force: true }));
    this.write("package.json", JSON.stringify({ name: "project", [where]: declared }));
  }

  /** Declares the packages and installs them. */
  static with(...packages: readonly TestPackage[]): TemporaryProject {
    const project = new TemporaryProject(Object.fromEntries(packages.map(({ name }) => [name, "*"])));
    for (const each of packages) project.install(each);
    return project;
  }

  path(...parts: readonly string[]): string {
    return join(this.directory, ...parts);
  }

  write(path: string, text: string): string {
    const file = this.path(path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  link(target: string, path: string): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    symlinkSync(target, this.path(path), "dir");
  }

  /** Installs without declaring, into `folder`. */
  install(given: TestPackage, folder = `node_modules/${given.name}`): void {
    const { name, manifest, code, peers } = given;
    const json = {
      name,
      version: given.version ?? "1.0.0",
      description: given.description,
      type: "module",
      exports: { ".": { types: "./index.d.ts", default: "./index.js" }, "./package.json": "./package.json" },
      files: ["index.js"],
      ...(manifest !== undefined && { kdf: manifest }),
      peerDependencies: { "@kdf/core": `^${String(hostCore().json.version)}`, ...peers },
      ...given.json,
    };
    this.write(`${folder}/package.json`, JSON.stringify(json));
    if (code !== undefined) this.write(`${folder}/index.js`, code);
  }
}

/** Which of a project's packages had code run. */
export function loadedFrom(project: TemporaryProject): string[] {
  const urls = (globalThis as { loadedPlugins?: string[] }).loadedPlugins ?? [];
  const marker = `${project.directory}/node_modules/`;
  return urls.flatMap((url) => (url.includes(marker) ? [url.split(marker)[1]!.replace("/index.js", "")] : []));
}
