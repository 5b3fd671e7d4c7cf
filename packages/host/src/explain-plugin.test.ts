import { describe, expect, it } from "vitest";
import { augmenterPackage, loadedFrom, TemporaryProject } from "../test-support/temporary-project.js";
import { explainPlugin } from "./explain-plugin.js";
import { PluginIndex } from "./plugin-index.js";
import { findProject } from "./project.js";

const explained = (name: string, project: TemporaryProject) => explainPlugin(name, new PluginIndex(findProject(project.directory)));

const pick = augmenterPackage("pick", {
  manifest: { manifest: 1, id: "pick", provides: ["augmenter:pick"], requires: ["augmenter:cut"] },
  peers: { "@kdf/plugin-cut": "^1.0.0" },
});

describe("what a name means", () => {
  it("is the one installed candidate, with what it gives, asks for and serves", () => {
    const project = TemporaryProject.with(pick, augmenterPackage("cut"));
    const pickAnswer = explained("pick", project);
    expect(pickAnswer.refusal).toBeUndefined();
    expect(pickAnswer.candidates).toEqual([
      { package: "@kdf/plugin-pick", installed: "1.0.0", declared: true },
      { package: "kdf-plugin-pick", installed: null, declared: false },
    ]);
    expect(pickAnswer.plugins).toMatchObject([
      { package: "@kdf/plugin-pick", because: ["declared"], requires: [{ contribution: "augmenter:cut", providers: ["@kdf/plugin-cut"] }], requiredBy: [] },
    ]);
    expect(explained("cut", project).plugins).toMatchObject([{ requiredBy: ["@kdf/plugin-pick"], contested: [] }]);
    expect(loadedFrom(project)).toEqual([]);
  });

  it("is told through the peers that lead to it from what the project declares", () => {
    const project = TemporaryProject.with({ name: "@kdf/plugin-start", manifest: { manifest: 1, id: "start", preset: {} }, peers: { "@kdf/plugin-pick": "*" } });
    project.install(pick);
    project.install(augmenterPackage("cut"));
    expect(explained("cut", project).plugins[0]?.because).toEqual(["@kdf/plugin-pick", "@kdf/plugin-start", "declared"]);
  });

  it("may be a contribution, by id or with its kind", () => {
    const zoo = { manifest: 1, id: "zoo", provides: ["network:small", "network:large"] };
    const project = TemporaryProject.with({ name: "@kdf/plugin-zoo", manifest: zoo });
    for (const name of ["large", "network:large"]) {
      const answer = explained(name, project);
      expect(answer.plugins.map((plugin) => plugin.package)).toEqual(["@kdf/plugin-zoo"]);
      expect(answer.refusal).toBeUndefined();
    }
    expect(explained("metric:large", project)).toMatchObject({ plugins: [], refusal: { code: "KDF_PLUGIN_NOT_FOUND" } });
  });

  it("is nothing where none is installed: what was tried, and the line that installs it", () => {
    const answer = explained("pikc", TemporaryProject.with(pick, augmenterPackage("cut")));
    expect(answer.candidates.map((candidate) => candidate.installed)).toEqual([null, null]);
    expect(answer.plugins).toEqual([]);
    expect(answer.refusal?.explanation).toMatchObject({
      happened: expect.stringContaining("Did you mean pick?"),
      fix: expect.stringContaining("npm install @kdf/plugin-pikc"),
    });
  });

  it("is open between two, and undeclared where only another package brought it", () => {
    const project = TemporaryProject.with(augmenterPackage("blur"), augmenterPackage("blur", { name: "kdf-plugin-blur" }));
    project.install(augmenterPackage("hoisted"));
    const both = explained("blur", project);
    expect(both.refusal?.code).toBe("KDF_PLUGIN_AMBIGUOUS");
    expect(both.plugins.map((plugin) => plugin.contested)).toEqual([
      [{ contribution: "augmenter:blur", others: ["kdf-plugin-blur"] }],
      [{ contribution: "augmenter:blur", others: ["@kdf/plugin-blur"] }],
    ]);
    expect(explained("kdf-plugin-blur", project)).toMatchObject({ refusal: undefined, plugins: [{ package: "kdf-plugin-blur" }] });
    expect(explained("hoisted", project)).toMatchObject({
      candidates: [{ installed: "1.0.0", declared: false }, {}],
      refusal: { code: "KDF_PLUGIN_NOT_DECLARED" },
    });
  });

  it("cannot be loaded for a range, or for what is missing beside it", () => {
    const project = TemporaryProject.with(pick, augmenterPackage("old", { json: { peerDependencies: { "@kdf/core": "*" } } }));
    expect(explained("pick", project).refusal?.code).toBe("KDF_PLUGIN_REQUIRES_MISSING");
    expect(explained("old", project)).toMatchObject({ refusal: { code: "KDF_PLUGIN_INCOMPATIBLE" }, plugins: [{ core: { range: "*" } }] });
  });

  it("may be a folder", () => {
    const project = new TemporaryProject();
    project.install(augmenterPackage("mine"), "mine");
    expect(explained("./mine", project)).toMatchObject({ candidates: [], plugins: [{ because: ["local"], provides: ["augmenter:mine"] }], refusal: undefined });
  });
});
