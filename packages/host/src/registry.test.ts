import { symlinkSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  augmenterPackage,
  loadedFrom,
  pluginCode,
  TemporaryProject,
  type TestPackage,
} from "../test-support/temporary-project.js";
import { hostCore, PluginIndex } from "./plugin-index.js";
import { findProject } from "./project.js";
import { PluginRegistry, type RegistrySetting } from "./registry.js";

/** What the factories of `pluginCode` return. */
interface Made {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly context: Readonly<Record<string, unknown>>;
  readonly base?: Made;
}

const logger = { info: () => undefined, warn: () => undefined };

function registryOf(project: TemporaryProject, setting: Partial<RegistrySetting> = {}): PluginRegistry {
  const index = new PluginIndex(findProject(project.directory));
  return new PluginRegistry({ index, options: {}, logger, cacheDirectory: "/cache", ...setting });
}

const registryWith = (...packages: readonly TestPackage[]): PluginRegistry => registryOf(TemporaryProject.with(...packages));

const code = (code: string, message: RegExp = /./) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

describe("loading a named plugin", () => {
  it("registers what it provides, with where it came from", async () => {
    const project = TemporaryProject.with(
      augmenterPackage("pack", {
        version: "1.2.3",
        manifest: { manifest: 1, id: "pack", provides: ["metric:sharpness", "augmenter:blur"] },
        code: pluginCode("pack", { augmenter: ["blur"], metric: ["sharpness"] }),
      }),
    );
    const registry = registryOf(project);
    const origin = {
      plugin: "pack",
      package: "@kdf/plugin-pack",
      version: "1.2.3",
      directory: project.path("node_modules/@kdf/plugin-pack"),
    };
    expect(await registry.loadPlugin("pack")).toEqual(origin);
    expect(registry.get("augmenter", "blur")).toMatchObject({ kind: "augmenter", id: "blur", origin });
    expect(registry.list("metric").map((entry) => entry.id)).toEqual(["sharpness"]);
    expect(registry.list("dataset")).toEqual([]);
  });

  it("runs its code once, and that of no other", async () => {
    const project = TemporaryProject.with(augmenterPackage("a"), augmenterPackage("b"));
    const registry = registryOf(project);
    await Promise.all([registry.loadPlugin("a"), registry.loadPlugin("@kdf/plugin-a"), registry.load("augmenter", "a")]);
    expect(loadedFrom(project)).toEqual(["@kdf/plugin-a"]);
    expect((await registry.loaded()).map((origin) => origin.plugin)).toEqual(["a"]);
  });

  it("takes a preset, which has no code", async () => {
    const registry = registryWith({
      name: "@kdf/plugin-start",
      manifest: { manifest: 1, id: "start", preset: {} },
      json: { exports: { "./package.json": "./package.json" } },
    });
    expect(await registry.loadPlugin("start")).toMatchObject({ plugin: "start" });
  });
});

describe("a broken export", () => {
  it.each([
    ["a syntax error", "export default {", /importing \.\/index\.js failed/],
    ["a throw at import", "throw new RangeError('no such device');", /RangeError: no such device/],
    ["an import that does not exist", "import 'nowhere-to-be-found'; export default 1;", /nowhere-to-be-found/],
    ["no default export", "export const plugin = 1;", /no default export/],
    ["a default export that is no plugin", "export default { id: 'a', provides: {} };", /not made by definePlugin/],
    ["no provides", "export default { id: 'a', [Symbol.for('kdf.plugin')]: 1 };", /no provides/],
    [
      "an unknown kind",
      "export default { id: 'a', provides: { augmentor: {} }, [Symbol.for('kdf.plugin')]: 1 };",
      /kind augmentor/,
    ],
    [
      "no factory",
      "export default { id: 'a', provides: { augmenter: { a: { summary: '', options: {} } } }, [Symbol.for('kdf.plugin')]: 1 };",
      /augmenter a has no create/,
    ],
    [
      "no schema",
      "export default { id: 'a', provides: { augmenter: { a: { summary: '', create() {} } } }, [Symbol.for('kdf.plugin')]: 1 };",
      /augmenter a has no options schema/,
    ],
  ])("%s is refused, naming the package", async (_, text, problem) => {
    const registry = registryWith(augmenterPackage("a", { code: text }));
    await expect(registry.loadPlugin("a")).rejects.toThrow(code("KDF_PLUGIN_BAD_EXPORT", /@kdf\/plugin-a/));
    await expect(registry.loadPlugin("a")).rejects.toThrow(code("KDF_PLUGIN_BAD_EXPORT", problem));
    expect(registry.list("augmenter")).toEqual([]);
  });

  it("a missing build is told as such", async () => {
    const { code: _, ...unbuilt } = augmenterPackage("a");
    await expect(registryWith(unbuilt).loadPlugin("a")).rejects.toThrow(code("KDF_PLUGIN_BAD_EXPORT", /is the package built/));
  });

  it("no entry point is told as such", async () => {
    const registry = registryWith(augmenterPackage("a", { json: { exports: { "./package.json": "./package.json" } } }));
    await expect(registry.loadPlugin("a")).rejects.toThrow(code("KDF_PLUGIN_BAD_EXPORT", /"exports"/));
  });
});

describe("before any code runs", () => {
  it("what the plugin requires must be there, told all at once with what to install", async () => {
    const project = TemporaryProject.with(
      augmenterPackage("a", {
        manifest: { manifest: 1, id: "a", provides: ["augmenter:a"], requires: ["augmenter:b", "network:c", "augmenter:d"] },
        peers: { "@kdf/plugin-zoo": "^1.0.0", "kdf-plugin-b": "^1.0.0", "@kdf/plugin-d": "^1.0.0" },
      }),
    );
    project.install(augmenterPackage("d"));
    await expect(registryOf(project).loadPlugin("a")).rejects.toThrow(
      code("KDF_PLUGIN_REQUIRES_MISSING", /augmenter:b, network:c,[^]*npm install @kdf\/plugin-zoo kdf-plugin-b/),
    );
    expect(loadedFrom(project)).toEqual([]);
  });

  it("a second copy of core is refused, with both paths", async () => {
    const project = TemporaryProject.with(augmenterPackage("a"));
    project.install({ name: "@kdf/core" }, "node_modules/@kdf/plugin-a/node_modules/@kdf/core");
    await expect(registryOf(project).loadPlugin("a")).rejects.toThrow(code("KDF_CORE_DUPLICATED", /@kdf\/plugin-a/));
    await expect(registryOf(project).loadPlugin("a")).rejects.toThrow(hostCore().directory);
    expect(loadedFrom(project)).toEqual([]);
  });

  it("a link to the host's own core is no second copy", async () => {
    const project = TemporaryProject.with(augmenterPackage("a"));
    symlinkSync(hostCore().directory, project.path("node_modules/@kdf/core"), "dir");
    expect(await registryOf(project).loadPlugin("a")).toMatchObject({ plugin: "a" });
  });

  it("a wrong version is refused", async () => {
    const project = TemporaryProject.with(augmenterPackage("a", { peers: { "@kdf/core": "^99.0.0" } }));
    await expect(registryOf(project).loadPlugin("a")).rejects.toThrow(code("KDF_PLUGIN_INCOMPATIBLE"));
    await expect(registryOf(project).load("augmenter", "a")).rejects.toThrow(code("KDF_PLUGIN_INCOMPATIBLE"));
    expect(loadedFrom(project)).toEqual([]);
  });
});

describe("manifest and code", () => {
  it.each([
    ["more", { augmenter: ["a", "b"] }],
    ["less", {}],
    ["another kind", { metric: ["a"] }],
  ])("must agree: %s is exported than stated", async (_, provides) => {
    const registry = registryWith(augmenterPackage("a", { code: pluginCode("a", provides) }));
    await expect(registry.loadPlugin("a")).rejects.toThrow(code("KDF_PLUGIN_MISMATCH", /augmenter:a/));
  });

  it("must agree on the plugin's id", async () => {
    const registry = registryWith(augmenterPackage("a", { code: pluginCode("b", { augmenter: ["a"] }) }));
    await expect(registry.loadPlugin("a")).rejects.toThrow(code("KDF_PLUGIN_MISMATCH", /plugin a, but exports the plugin b/));
  });
});

describe("two plugins that provide one id", () => {
  const both = () => registryWith(augmenterPackage("a"), augmenterPackage("a", { name: "kdf-plugin-also" }));

  it("are refused when the id is asked for, naming both", async () => {
    await expect(both().create("augmenter", "a")).rejects.toThrow(
      code("KDF_PLUGIN_DUPLICATE_ID", /@kdf\/plugin-a and kdf-plugin-also both provide augmenter:a/),
    );
  });

  it("are refused when both are named", async () => {
    const registry = both();
    await registry.loadPlugin("a");
    await expect(registry.loadPlugin("also")).rejects.toThrow(code("KDF_PLUGIN_DUPLICATE_ID", /kdf-plugin-also/));
  });

  it("do no harm when one of them is named", async () => {
    const registry = both();
    await registry.loadPlugin("also");
    await registry.create("augmenter", "a");
    expect(registry.get("augmenter", "a").origin.package).toBe("kdf-plugin-also");
  });
});

describe("asking for a contribution", () => {
  it("loads the installed plugin that provides it", async () => {
    const project = TemporaryProject.with(augmenterPackage("a"), augmenterPackage("b"));
    const made = (await registryOf(project).create("augmenter", "b")) as unknown as Made;
    expect(made.name).toBe("augmenter:b");
    expect(loadedFrom(project)).toEqual(["@kdf/plugin-b"]);
  });

  it("refuses an unknown id with the nearest one, loaded or not", async () => {
    const registry = registryWith(augmenterPackage("cutmix"));
    const problem = code("KDF_CONTRIBUTION_UNKNOWN", /augmenter cutmx\. Did you mean cutmix\?/);
    await expect(registry.create("augmenter", "cutmx")).rejects.toThrow(problem);
    expect(() => registry.get("augmenter", "cutmx")).toThrow(problem);
  });

  it("does not find an id in another kind", async () => {
    const registry = registryWith(augmenterPackage("a"));
    await expect(registry.create("metric", "a")).rejects.toThrow(code("KDF_CONTRIBUTION_UNKNOWN"));
  });

  it("parses options: those given over those configured, `kind:id` over the id", async () => {
    const options = { a: { alpha: 1, base: "b" }, "augmenter:a": { alpha: 2 }, "metric:a": { alpha: 9 } };
    const project = TemporaryProject.with(augmenterPackage("a"), augmenterPackage("b"));
    const registry = registryOf(project, { options });
    const first = (await registry.create("augmenter", "a")) as unknown as Made;
    const second = (await registry.create("augmenter", "a", { alpha: 3 })) as unknown as Made;
    expect([first.options, second.options]).toEqual([
      { alpha: 2, base: "b" },
      { alpha: 3, base: "b" },
    ]);
  });

  it("lays options within options over each other", async () => {
    const options = { a: { alpha: { one: 1, two: 2 } } };
    const registry = registryOf(TemporaryProject.with(augmenterPackage("a")), { options });
    const made = (await registry.create("augmenter", "a", { alpha: { two: 3 } })) as unknown as Made;
    expect(made.options).toEqual({ alpha: { one: 1, two: 3 } });
  });

  it("refuses an unknown option, naming the owner", async () => {
    const registry = registryOf(TemporaryProject.with(augmenterPackage("a")), { options: { a: { alpa: 1 } } });
    await expect(registry.create("augmenter", "a")).rejects.toThrow(
      code("KDF_OPTIONS_INVALID", /augmenter a [^]*Unrecognized key: "alpa"/),
    );
  });

  it("records the parsed options, once for each set of them", async () => {
    const registry = registryWith(augmenterPackage("a"), augmenterPackage("b"));
    await registry.create("augmenter", "a", { alpha: 1, base: "b" });
    await registry.create("augmenter", "b", {});
    await registry.create("augmenter", "a", { alpha: 2 });
    await registry.create("augmenter", "a", { alpha: 2 });
    expect(registry.createdOptions()).toEqual({
      "augmenter:a": { alpha: 1, base: "b" },
      "augmenter:a#2": { alpha: 2 },
      "augmenter:b": {},
    });
  });

  it("gives the factory a frozen context that reaches other plugins", async () => {
    const project = TemporaryProject.with(augmenterPackage("a"), augmenterPackage("b"));
    const made = (await registryOf(project, { dataDirectory: "/data" }).create("augmenter", "a", {
      base: "b",
    })) as unknown as Made;
    expect(made.context).toMatchObject({ logger, dataDirectory: "/data", cacheDirectory: "/cache" });
    expect(Object.isFrozen(made.context)).toBe(true);
    expect(made.base?.name).toBe("augmenter:b");
    expect(loadedFrom(project).sort()).toEqual(["@kdf/plugin-a", "@kdf/plugin-b"]);
  });

  it("refuses a contribution that asks for itself, through others too", async () => {
    const options = { a: { base: "b" }, b: { base: "a" } };
    const registry = registryOf(TemporaryProject.with(augmenterPackage("a"), augmenterPackage("b")), { options });
    await expect(registry.create("augmenter", "a")).rejects.toThrow(
      code("KDF_PLUGIN_CYCLE", /augmenter:a asks for augmenter:b asks for augmenter:a/),
    );
  });

  it("names the plugin and the hook when a factory throws", async () => {
    const registry = registryWith(augmenterPackage("a"));
    await expect(registry.create("augmenter", "a", { fail: "throw" })).rejects.toMatchObject({
      code: "KDF_PLUGIN_THREW",
      message: expect.stringMatching(/a failed in create \(augmenter:a\): out of paint/),
      cause: expect.any(Error),
    });
    expect(registry.createdOptions()).toEqual({});
  });

  it("passes a catalogued error of a factory on as it is", async () => {
    const registry = registryWith(augmenterPackage("a"));
    await expect(registry.create("augmenter", "a", { base: "gone" })).rejects.toThrow(
      code("KDF_CONTRIBUTION_UNKNOWN", /augmenter gone/),
    );
  });

  it("refuses a factory that returns nothing", async () => {
    const registry = registryWith(augmenterPackage("a"));
    await expect(registry.create("augmenter", "a", { fail: "nothing" })).rejects.toThrow(code("KDF_PLUGIN_RETURNED"));
  });
});
