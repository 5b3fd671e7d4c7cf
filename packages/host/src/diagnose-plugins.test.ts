import { describe, expect, it } from "vitest";
import { augmenterPackage, loadedFrom, TemporaryProject, type TestPackage } from "../test-support/temporary-project.js";
import { diagnosePlugins } from "./diagnose-plugins.js";
import { PluginIndex } from "./plugin-index.js";
import { findProject } from "./project.js";
import { findPackage, type PackageFolder } from "./package-folder.js";

const indexOf = (project: TemporaryProject, core?: PackageFolder): PluginIndex => new PluginIndex(findProject(project.directory), core);

function codes(project: TemporaryProject, core?: PackageFolder): [string, ...string[]][] {
  return diagnosePlugins(indexOf(project, core)).map(({ error, packages }) => [error.code, ...packages]);
}

/** A project that holds core and tensor itself, so that copies can be told apart. */
function withRooms(...packages: readonly TestPackage[]): [TemporaryProject, PackageFolder] {
  const project = TemporaryProject.with(...packages);
  for (const room of ["@kdf/core", "@kdf/tensor"]) project.install({ name: room });
  return [project, findPackage("@kdf/core", project.directory)!];
}

describe("what stands in the way of a project's plugins", () => {
  it("is nothing where all fit", () => {
    const [project, core] = withRooms(augmenterPackage("a", { peers: { "@kdf/tensor": "^1.0.0", "@kdf/plugin-b": "^1.0.0" } }), augmenterPackage("b"));
    expect(codes(project, core)).toEqual([]);
  });

  it("is told all at once, without running any code", () => {
    const project = TemporaryProject.with(
      augmenterPackage("old", { json: { peerDependencies: { "@kdf/core": "^0.1.0" } } }),
      augmenterPackage("bare", { json: { kdf: { manifest: 2 } } }),
      augmenterPackage("lonely", { manifest: { manifest: 1, id: "lonely", provides: ["augmenter:lonely"], requires: ["augmenter:base"] } }),
      augmenterPackage("blur"),
      augmenterPackage("blur", { name: "kdf-plugin-blur" }),
      { name: "kdf-plugin-plain" },
    );
    expect(codes(project)).toEqual([
      ["KDF_PLUGIN_NO_MANIFEST", "kdf-plugin-plain"],
      ["KDF_PLUGIN_INCOMPATIBLE", "@kdf/plugin-old"],
      ["KDF_PLUGIN_NO_MANIFEST", "@kdf/plugin-bare"],
      ["KDF_PLUGIN_REQUIRES_MISSING", "@kdf/plugin-lonely"],
      ["KDF_PLUGIN_AMBIGUOUS", "@kdf/plugin-blur", "kdf-plugin-blur"],
      ["KDF_PLUGIN_DUPLICATE_ID", "@kdf/plugin-blur", "kdf-plugin-blur"],
    ]);
    expect(loadedFrom(project)).toEqual([]);
  });

  it("is a declared plugin that is not installed, with the line that installs it", () => {
    const project = new TemporaryProject({ "@kdf/plugin-gone": "^1.0.0", "left-pad": "*" });
    const [problem, ...others] = diagnosePlugins(indexOf(project));
    expect(others).toEqual([]);
    expect(problem?.error.code).toBe("KDF_PLUGIN_NOT_FOUND");
    expect(problem?.error.explanation.fix).toContain("npm install @kdf/plugin-gone");
  });

  it("is a peer of a preset that is missing or of another version, unless it is optional", () => {
    const peers = { "@kdf/plugin-a": "^1.0.0", "@kdf/plugin-b": "^2.0.0", "@kdf/plugin-c": "^1.0.0" };
    const peerDependenciesMeta = { "@kdf/plugin-c": { optional: true } };
    const project = TemporaryProject.with({ name: "@kdf/plugin-start", manifest: { manifest: 1, id: "start", preset: {} }, peers, json: { peerDependenciesMeta } });
    project.install(augmenterPackage("b"));
    const problems = diagnosePlugins(indexOf(project)).map(({ error }) => [error.code, error.explanation.happened, error.explanation.fix]);
    expect(problems).toEqual([
      ["KDF_PLUGIN_PEER_UNMET", expect.stringContaining("@kdf/plugin-a ^1.0.0, which is not installed"), "npm install @kdf/plugin-a"],
      ["KDF_PLUGIN_PEER_UNMET", expect.stringContaining("but 1.0.0 is installed"), 'npm install @kdf/plugin-b@"^2.0.0"'],
    ]);
  });

  it.each([
    ["@kdf/core", "KDF_CORE_DUPLICATED"],
    ["@kdf/tensor", "KDF_TENSOR_DUPLICATED"],
  ])("is a second copy of %s", (room, code) => {
    const [project, core] = withRooms(augmenterPackage("a", { peers: { "@kdf/tensor": "^1.0.0" } }), augmenterPackage("b"));
    const copy = `node_modules/@kdf/plugin-a/node_modules/${room}`;
    project.install({ name: room }, copy);
    const problems = diagnosePlugins(indexOf(project, core));
    expect(problems.map(({ error, packages }) => [error.code, ...packages])).toEqual([[code, "@kdf/plugin-a"]]);
    expect(problems[0]?.error.explanation.happened).toContain(project.path(copy));
    expect(problems[0]?.error.explanation.happened).toContain(project.path("node_modules", room));
  });
});
