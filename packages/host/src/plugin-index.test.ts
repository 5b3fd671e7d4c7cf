import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { augmenterPackage, loadedFrom, TemporaryProject, type TestPackage } from "../test-support/temporary-project.js";
import { PluginIndex } from "./plugin-index.js";
import { findProject } from "./project.js";

const indexOf = (project: TemporaryProject): PluginIndex => new PluginIndex(findProject(project.directory));

const preset = (peers: Readonly<Record<string, string>>) => ({
  name: "@kdf/plugin-start",
  manifest: { manifest: 1, id: "start", preset: {} },
  peers,
});

describe("which plugins may be loaded", () => {
  it("are those that the project declares, in its order", () => {
    const index = indexOf(TemporaryProject.with(augmenterPackage("b"), augmenterPackage("a")));
    expect(index.plugins.map((plugin) => [plugin.package, plugin.because])).toEqual([
      ["@kdf/plugin-b", "declared"],
      ["@kdf/plugin-a", "declared"],
    ]);
  });

  it.each(["devDependencies", "optionalDependencies"])("counts %s", (where) => {
    const project = new TemporaryProject({ "@kdf/plugin-a": "*" }, where);
    project.install(augmenterPackage("a"));
    expect(indexOf(project).ids("augmenter")).toEqual(["a"]);
  });

  it("are the peers of a declared preset too, and theirs", () => {
    const project = TemporaryProject.with(preset({ "@kdf/plugin-a": "*" }));
    project.install(augmenterPackage("a", { peers: { "@kdf/plugin-b": "*" } }));
    project.install(augmenterPackage("b", { peers: { "@kdf/plugin-a": "*" } }));
    const reasons = indexOf(project).plugins.map((plugin) => [plugin.package, plugin.because]);
    expect(reasons).toEqual([
      ["@kdf/plugin-start", "declared"],
      ["@kdf/plugin-a", "@kdf/plugin-start"],
      ["@kdf/plugin-b", "@kdf/plugin-a"],
    ]);
  });

  it("are not the peers of packages that are not kdf's", () => {
    const project = TemporaryProject.with({ name: "stranger", peers: { "@kdf/plugin-a": "*" } });
    project.install(augmenterPackage("a"));
    expect(indexOf(project).plugins).toEqual([]);
  });

  it("are found through links, as workspaces install them, with their real folder", () => {
    const project = new TemporaryProject({ "@kdf/plugin-a": "*" });
    project.install(augmenterPackage("a"), "plugins/a");
    project.link(project.path("plugins/a"), "node_modules/@kdf/plugin-a");
    expect(indexOf(project).plugins[0]?.directory).toBe(project.path("plugins/a"));
  });

  it("are found in node_modules above the project, as workspaces hoist them", () => {
    const project = new TemporaryProject();
    project.install(augmenterPackage("a"));
    project.write("examples/one/package.json", JSON.stringify({ dependencies: { "@kdf/plugin-a": "*" } }));
    const index = new PluginIndex(findProject(project.path("examples/one")));
    expect(index.ids("augmenter")).toEqual(["a"]);
  });

  it("are found beside the preset where it alone can see them", () => {
    const project = new TemporaryProject({ "@kdf/plugin-start": "*" });
    project.install(preset({ "@kdf/plugin-a": "*" }), "store/start/node_modules/@kdf/plugin-start");
    project.link(project.path("store/start/node_modules/@kdf/plugin-start"), "node_modules/@kdf/plugin-start");
    project.install(augmenterPackage("a"), "store/start/node_modules/@kdf/plugin-a");
    expect(indexOf(project).ids("augmenter")).toEqual(["a"]);
  });
});

describe("what opens a file", () => {
  const opener = (id: string, patterns: readonly string[]): TestPackage => ({
    name: `@kdf/plugin-${id}`,
    manifest: { manifest: 1, id, provides: [`teacher:${id}`], opens: Object.fromEntries(patterns.map((pattern) => [pattern, `teacher:${id}`])) },
  });

  it("is said by the longest ending, or by a file in the folder", () => {
    const project = TemporaryProject.with(opener("a", [".tar", "model.json"]), opener("b", [".pth", ".pth.tar"]));
    project.write("models/first/model.json", "{}");
    project.write("models/second/other.pth", "");
    const index = indexOf(project);
    const inProject = (path: string): string | undefined => index.teacherFor(join(project.directory, path));
    expect(["x.pth", "x.pth.tar", "x.tar", "x.onnx", "b"].map((path) => index.teacherFor(path))).toEqual(["b", "b", "a", undefined, undefined]);
    expect([inProject("models/first"), inProject("models/first/model.json"), inProject("models/second")]).toEqual(["a", "a", undefined]);
  });

  it("is refused where two say it", () => {
    const index = indexOf(TemporaryProject.with(opener("a", [".pth"]), opener("b", [".pth"])));
    expect(() => index.teacherFor("x.pth")).toThrow(expect.objectContaining({ code: "KDF_PLUGIN_DUPLICATE_ID", message: expect.stringContaining("what opens .pth") as string }));
  });
});

describe("resolving a name", () => {
  it("goes from short and full names to the package, running no code", () => {
    const project = TemporaryProject.with(
      augmenterPackage("cutmix"),
      augmenterPackage("swirl", { name: "kdf-plugin-swirl" }),
      augmenterPackage("acme", { name: "@acme/kdf-plugin" }),
      augmenterPackage("blur", { name: "@acme/kdf-plugin-blur" }),
    );
    const index = indexOf(project);
    const names = ["cutmix", "@kdf/plugin-cutmix", "swirl", "kdf-plugin-swirl", "@acme", "@acme/blur"];
    expect(names.map((name) => index.resolve(name).manifest.id)).toEqual([
      "cutmix",
      "cutmix",
      "swirl",
      "swirl",
      "acme",
      "blur",
    ]);
    expect(loadedFrom(project)).toEqual([]);
  });

  it("refuses an unknown name with the nearest one and the line that installs it", () => {
    const index = indexOf(TemporaryProject.with(augmenterPackage("cutmixpick")));
    expect(() => index.resolve("cutmixpik")).toThrow(
      expect.objectContaining({
        code: "KDF_PLUGIN_NOT_FOUND",
        explanation: expect.objectContaining({
          happened: "No plugin cutmixpik is installed. Did you mean cutmixpick?",
          fix: expect.stringContaining("npm install @kdf/plugin-cutmixpik"),
        }),
      }),
    );
  });

  it("never takes a package that merely has the name", () => {
    const project = TemporaryProject.with(augmenterPackage("x", { name: "cutmix" }));
    expect(() => indexOf(project).resolve("cutmix")).toThrow(expect.objectContaining({ code: "KDF_PLUGIN_NOT_FOUND" }));
  });

  it("refuses a name that no package can have, without an install line", () => {
    const index = indexOf(TemporaryProject.with(augmenterPackage("a")));
    expect(() => index.resolve("Cut Mix")).toThrow(
      expect.objectContaining({ explanation: expect.objectContaining({ fix: "name one of the installed: a" }) }),
    );
  });

  it("refuses what is declared but not installed", () => {
    const project = new TemporaryProject({ "@kdf/plugin-a": "*" });
    expect(() => indexOf(project).resolve("a")).toThrow(expect.objectContaining({ code: "KDF_PLUGIN_NOT_FOUND" }));
  });

  it("refuses what is installed but not declared, naming the project's file", () => {
    const project = new TemporaryProject();
    project.install(augmenterPackage("a"));
    expect(() => indexOf(project).resolve("a")).toThrow(
      expect.objectContaining({
        code: "KDF_PLUGIN_NOT_DECLARED",
        message: expect.stringContaining(project.path("package.json")),
      }),
    );
  });

  it("refuses two candidates, and takes either by its full name", () => {
    const project = TemporaryProject.with(augmenterPackage("a"), augmenterPackage("other", { name: "kdf-plugin-a" }));
    const index = indexOf(project);
    expect(() => index.resolve("a")).toThrow(
      expect.objectContaining({
        code: "KDF_PLUGIN_AMBIGUOUS",
        message: expect.stringMatching(/@kdf\/plugin-a or kdf-plugin-a[^]*--plugin @kdf\/plugin-a/),
      }),
    );
    expect(index.resolve("@kdf/plugin-a").manifest.id).toBe("a");
    expect(index.resolve("kdf-plugin-a").manifest.id).toBe("other");
  });

  it.each(["roll", "kdf-plugin-roll", "augmenter:spin", "spin"])("tells an author who asks for the project's own plugin as %s to name its folder", (name) => {
    const project = TemporaryProject.with(augmenterPackage("a"));
    const manifest = { manifest: 1, id: "roll", provides: ["augmenter:spin"] };
    project.write("package.json", JSON.stringify({ name: "kdf-plugin-roll", dependencies: { "@kdf/plugin-a": "*" }, peerDependencies: { "@kdf/core": "^1.0.0" }, kdf: manifest }));
    const index = indexOf(project);
    expect(() => index.resolve(name)).toThrow(
      expect.objectContaining({ code: "KDF_PLUGIN_IS_PROJECT", explanation: expect.objectContaining({ fix: expect.stringMatching(/--plugin \. .*kdf plugins why \./) }) }),
    );
    expect(() => index.resolve("swirl")).toThrow(expect.objectContaining({ code: "KDF_PLUGIN_NOT_FOUND" }));
    expect(index.resolve(".").manifest.id).toBe("roll");
  });

  it("takes a full name as itself, though it is short for another one too", () => {
    const full = "@acme/blur";
    const long = "@acme/kdf-plugin-blur";
    const index = indexOf(TemporaryProject.with(augmenterPackage("a", { name: full }), augmenterPackage("b", { name: long })));
    expect([full, long].map((name) => index.resolve(name).package)).toEqual([full, long]);
  });

  it("is not troubled by a second candidate that the project does not declare", () => {
    const project = TemporaryProject.with(augmenterPackage("a"));
    project.install(augmenterPackage("other", { name: "kdf-plugin-a" }));
    expect(indexOf(project).resolve("a").package).toBe("@kdf/plugin-a");
  });
});

describe("the manifest", () => {
  it("is demanded of a declared package, by its name", () => {
    const { manifest: _, ...bare } = augmenterPackage("a");
    const project = TemporaryProject.with(bare);
    expect(() => indexOf(project).resolve("a")).toThrow(
      expect.objectContaining({ code: "KDF_PLUGIN_NO_MANIFEST", message: expect.stringContaining("@kdf/plugin-a") }),
    );
  });

  it("tells all that is wrong with it", () => {
    const project = TemporaryProject.with(
      augmenterPackage("a", { manifest: { manifest: 2, id: "A", provides: ["augmentor:a"] } }),
    );
    expect(() => indexOf(project).resolve("a")).toThrow(
      expect.objectContaining({
        code: "KDF_PLUGIN_NO_MANIFEST",
        message: expect.stringMatching(/manifest: [^]*id: [^]*provides\.0: /),
      }),
    );
  });

  it("tells that package.json is damaged", () => {
    const project = TemporaryProject.with(augmenterPackage("a"));
    project.write("node_modules/@kdf/plugin-a/package.json", "{");
    expect(() => indexOf(project).resolve("a")).toThrow(
      expect.objectContaining({ code: "KDF_PLUGIN_NO_MANIFEST", message: expect.stringContaining("is not JSON") }),
    );
  });

  it("of one broken plugin does not keep another one from loading", () => {
    const index = indexOf(TemporaryProject.with(augmenterPackage("a", { manifest: {} }), augmenterPackage("b")));
    expect(index.resolve("b").manifest.id).toBe("b");
  });
});

describe("the version", () => {
  it.each([["^99.0.0"], ["*"], [">=1.0.0"]])("with the peer range %s is refused, naming both", (range) => {
    const project = TemporaryProject.with(augmenterPackage("a", { version: "3.1.0", peers: { "@kdf/core": range } }));
    const index = indexOf(project);
    expect(() => index.resolve("a")).toThrow(
      expect.objectContaining({
        code: "KDF_PLUGIN_INCOMPATIBLE",
        message: expect.stringContaining(`@kdf/plugin-a 3.1.0 does not fit @kdf/core ${String(index.core.json.version)}`),
      }),
    );
  });

  it("range is demanded", () => {
    const project = TemporaryProject.with(augmenterPackage("a", { json: { peerDependencies: {} } }));
    expect(() => indexOf(project).resolve("a")).toThrow(expect.objectContaining({ code: "KDF_PLUGIN_INCOMPATIBLE" }));
  });
});

describe("a local folder", () => {
  it("joins the index, undeclared, with its peers", () => {
    const project = new TemporaryProject();
    project.install(augmenterPackage("mine", { peers: { "@kdf/plugin-b": "*" } }), "work/mine");
    project.install(augmenterPackage("b"));
    const index = indexOf(project);
    expect(index.resolve("./mine", project.path("work"))).toMatchObject({ because: "local", manifest: { id: "mine" } });
    expect(index.ids("augmenter")).toEqual(["mine", "b"]);
  });

  it("that is an installed plugin is that plugin", () => {
    const index = indexOf(TemporaryProject.with(augmenterPackage("a")));
    expect(index.resolve("./node_modules/@kdf/plugin-a")).toMatchObject({ because: "declared", package: "@kdf/plugin-a" });
    expect(index.plugins.length).toBe(1);
  });

  it("without a package.json is refused by its path", () => {
    const project = new TemporaryProject();
    expect(() => indexOf(project).resolve("./nowhere")).toThrow(
      expect.objectContaining({ code: "KDF_PLUGIN_NO_MANIFEST", message: expect.stringContaining(project.path("nowhere")) }),
    );
  });
});
