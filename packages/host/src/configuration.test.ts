import { configurationSchema, type Configuration } from "@kdf/core";
import { describe, expect, it } from "vitest";
import { augmenterPackage, TemporaryProject, type TestPackage } from "../test-support/temporary-project.js";
import { configurationText, readConfigurationFile } from "./configuration-file.js";
import { resolveConfiguration, type ConfigurationRequest } from "./configuration.js";
import { PluginIndex } from "./plugin-index.js";
import { findProject } from "./project.js";

const defaults = {
  dataset: "fashion",
  teacher: "big",
  student: "small",
  distiller: "kd",
  engine: "wasm",
  epochs: 1,
  batchSize: 64,
};

const preset = (values: Readonly<Record<string, unknown>> = {}, name = "start"): TestPackage => ({
  name: `@kdf/plugin-${name}`,
  manifest: { manifest: 1, id: name, preset: { ...defaults, ...values } },
});

const resolved = (project: TemporaryProject, request: Partial<ConfigurationRequest> = {}) =>
  resolveConfiguration({ directory: project.directory, ...request }, new PluginIndex(findProject(project.directory)));

const complete = (project: TemporaryProject, request: Partial<ConfigurationRequest> = {}): Configuration =>
  resolved(project, request).complete();

const invalid = (message: RegExp) =>
  expect.objectContaining({ code: "KDF_CONFIGURATION_INVALID", kind: "request", message: expect.stringMatching(message) });

describe("the layers", () => {
  it("have options of the data set under whichever it is", () => {
    const pictures = { name: "@kdf/plugin-pictures", manifest: { manifest: 1, id: "pictures", provides: ["dataset:pictures"] } };
    const project = TemporaryProject.with(preset(), pictures);
    const options = (values: Readonly<Record<string, unknown>>): unknown => resolved(project, { values, datasetOptions: { onBadImage: "skip" } }).options;
    expect(options({ dataset: "pictures" })).toMatchObject({ "dataset:pictures": { onBadImage: "skip" } });
    // One that does not exist is refused where it is asked for, by its own name.
    expect(options({ dataset: "unknown" })).toEqual({});
  });

  it("are the declared preset, the file, the command line and --set, each over the one before", () => {
    const project = TemporaryProject.with(preset({ optimizer: { learningRate: 0.4, momentum: 0.5 } }));
    project.write("kdf.yaml", "epochs: 2\nbatchSize: 32\nseed: 5\noptimizer: { learningRate: 0.3 }\n");
    const request = {
      file: "kdf.yaml",
      values: { batchSize: 16, seed: 6, epochs: undefined },
      set: ["seed=7", "optimizer.weightDecay=0"],
    };
    expect(complete(project, request)).toEqual(
      configurationSchema.parse({
        ...defaults,
        preset: "@kdf/plugin-start",
        epochs: 2,
        batchSize: 16,
        seed: 7,
        optimizer: { learningRate: 0.3, momentum: 0.5, weightDecay: 0 },
      }),
    );
  });

  it("add --plugin to the plugins that stand below, once each", () => {
    const project = TemporaryProject.with(preset({ plugins: ["a"] }), augmenterPackage("a"), augmenterPackage("b"));
    expect(complete(project, { plugins: ["b", "a"] }).plugins).toEqual(["a", "b"]);
    expect(complete(project, { plugins: ["b"], set: ["plugins=[b]"] }).plugins).toEqual(["b"]);
  });

  it("let one value of the default schedule be set alone", () => {
    const project = TemporaryProject.with(preset());
    expect(complete(project, { set: ["schedule.warmupEpochs=2"] }).schedule).toEqual({
      id: "cosine",
      warmupEpochs: 2,
      finalFactor: 0,
    });
  });

  it("replace a schedule by another kind, whatever the order of --set", () => {
    const project = TemporaryProject.with(preset());
    const step = { id: "step", milestones: [3], gamma: 0.1, warmupEpochs: 0 };
    expect(complete(project, { set: ["schedule.milestones=[3]", "schedule.id=step"] }).schedule).toEqual(step);
    expect(complete(project, { set: ["schedule.id=step", "schedule.milestones=[3]"] }).schedule).toEqual(step);
  });

  it("keep a learning rate when the optimizer is named that is the default anyway", () => {
    const project = TemporaryProject.with(preset({ optimizer: { learningRate: 0.4 } }));
    expect(complete(project, { set: ["optimizer.id=sgd"] }).optimizer.learningRate).toBe(0.4);
    expect(complete(project, { set: ["optimizer.id=adamw"] }).optimizer.learningRate).toBe(0.05);
  });

  it("are read back from the text of a configuration to the same", () => {
    const project = TemporaryProject.with(preset(), augmenterPackage("a"));
    const first = complete(project, { plugins: ["a"], set: ["a.alpha=0.5", "teacher=null", "seed=3"] });
    project.write("again.yaml", configurationText(first));
    expect(complete(project, { file: "again.yaml" })).toEqual(first);
  });
});

describe("folders among the plugins", () => {
  it("start where they are written, and their options are known", () => {
    const project = TemporaryProject.with(preset());
    project.install(augmenterPackage("near"), "settings/near");
    project.install(augmenterPackage("far"), "far");
    project.write("settings/kdf.yaml", "plugins: [./near]\n");
    const request = { file: "settings/kdf.yaml", plugins: ["./far"], set: ["near.alpha=1", "far.alpha=2"] };
    expect(complete(project, request)).toMatchObject({
      plugins: [project.path("settings/near"), project.path("far")],
      options: { near: { alpha: 1 }, far: { alpha: 2 } },
    });
  });
});

describe("a teacher that is a path", () => {
  const teacherOf = (request: (project: TemporaryProject) => Partial<ConfigurationRequest>): string => {
    const project = TemporaryProject.with(preset());
    project.write("settings/kdf.yaml", "teacher: ../runs/big\n");
    project.write("settings/file.yaml", "teacher: big.safetensors\n");
    project.write("settings/id.yaml", "teacher: big\n");
    const teacher = String(complete(project, request(project)).teacher);
    return teacher.startsWith(project.directory) ? `project${teacher.slice(project.directory.length)}` : teacher;
  };

  it.each([
    ["settings/kdf.yaml", "project/runs/big"],
    ["settings/file.yaml", "project/settings/big.safetensors"],
    ["settings/id.yaml", "big"],
  ])("starts where the file %s lies", (file, expected) => {
    expect(teacherOf(() => ({ file }))).toBe(expected);
  });

  it("starts in the folder of the command, where the command names it", () => {
    expect(teacherOf(() => ({ values: { teacher: "runs/small" } }))).toBe("project/runs/small");
    expect(teacherOf(() => ({ set: ["teacher=./small.safetensors"] }))).toBe("project/small.safetensors");
    expect(teacherOf(() => ({ file: "settings/kdf.yaml", values: { teacher: "small" } }))).toBe("small");
  });
});

describe("a network that is trained alone", () => {
  const alone = (project: TemporaryProject, request: Partial<ConfigurationRequest>): string => complete(project, request).distillerWithoutTeacher;

  it("is trained by the distiller that somebody chose, else by the default", () => {
    const project = TemporaryProject.with(preset());
    project.write("alone.yaml", "teacher: null\ndistiller: own\n");
    project.write("pair.yaml", "distiller: own\n");
    expect(alone(project, { values: { teacher: null } })).toBe("cross-entropy");
    expect(alone(project, { values: { teacher: null, distiller: "own" } })).toBe("own");
    expect(alone(project, { values: { teacher: null }, set: ["distiller=own"] })).toBe("own");
    expect(alone(project, { file: "alone.yaml" })).toBe("own");
    expect(alone(project, { file: "alone.yaml", values: { distiller: "other" } })).toBe("other");
    // What the file chose is for a run with a teacher.
    expect(alone(project, { file: "pair.yaml", values: { teacher: null } })).toBe("cross-entropy");
    expect(alone(project, { values: { distiller: "own" } })).toBe("cross-entropy");
  });

  it("keeps a choice of distillerWithoutTeacher, and comes back from its own text", () => {
    const project = TemporaryProject.with(preset({ distillerWithoutTeacher: "labels" }));
    expect(alone(project, { values: { teacher: null } })).toBe("labels");
    expect(alone(project, { values: { teacher: null, distiller: "own" }, set: ["distillerWithoutTeacher=mine"] })).toBe("mine");
    project.write("again.yaml", configurationText(complete(project, { values: { teacher: null } })));
    expect(alone(project, { file: "again.yaml" })).toBe("labels");
  });
});

describe("what is wrong", () => {
  it("is told all at once, with the nearest key at its depth", () => {
    const project = TemporaryProject.with(preset());
    project.write("kdf.yaml", "epoch: 2\nbatchSize: many\noptimizer: { lerningRate: 1 }\nschedule: { gama: 2 }\n");
    const all = /kdf\.yaml[^]*batchSize: [^]*lerningRate" \(did you mean learningRate\?\)[^]*gama" \(did you mean gamma\?\)[^]*epoch" \(did you mean epochs\?\)/;
    expect(() => resolved(project, { file: "kdf.yaml" })).toThrow(invalid(all));
  });

  it("is what has no default, when nobody gives it", () => {
    const project = new TemporaryProject();
    const incomplete = resolved(project, { values: { epochs: 1, batchSize: 2, engine: "wasm" } });
    expect(() => incomplete.complete()).toThrow(
      invalid(/dataset: missing; teacher: missing; student: missing; distiller: missing; no preset is declared/),
    );
  });

  it("does not keep a command from what it needs of an incomplete configuration", () => {
    const project = TemporaryProject.with(augmenterPackage("a"));
    expect(resolved(project, { plugins: ["a"], set: ["a.alpha=2"] })).toMatchObject({
      plugins: ["a"],
      options: { a: { alpha: 2 } },
    });
  });

  it("is a milestone list that a step schedule lacks", () => {
    const project = TemporaryProject.with(preset());
    expect(() => resolved(project, { set: ["schedule.id=step"] })).toThrow(invalid(/schedule\.milestones: missing/));
  });

  it("is a distiller that cannot be read", () => {
    const project = TemporaryProject.with(preset());
    expect(complete(project, { values: { distiller: "kd?temperature=2+crd" } }).distiller).toBe("kd?temperature=2+crd");
    for (const values of [{ distiller: "kd+kd" }, { distillerWithoutTeacher: "kd?temperature" }]) {
      expect(() => resolved(project, { values })).toThrow(expect.objectContaining({ code: "KDF_DISTILLER_UNREADABLE" }));
    }
  });

  it("is an option of what no plugin provides", () => {
    const project = TemporaryProject.with(preset(), augmenterPackage("cutmix"));
    project.write("kdf.yaml", "options: { cutmx: { alpha: 1 } }\n");
    expect(() => resolved(project, { file: "kdf.yaml" })).toThrow(
      expect.objectContaining({
        code: "KDF_SET_PATH_UNKNOWN",
        message: expect.stringContaining("Did you mean cutmix?"),
      }),
    );
  });

  it("is a plugin that one place names twice", () => {
    const project = TemporaryProject.with(preset(), augmenterPackage("a"));
    project.write("kdf.yaml", "plugins: [a, a]\n");
    for (const request of [{ plugins: ["a", "a"] }, { file: "kdf.yaml" }, { set: ["plugins=[a, a]"] }]) {
      expect(() => resolved(project, request)).toThrow(invalid(/plugins: a is named twice/));
    }
  });

  it("is an option that is no object", () => {
    const project = TemporaryProject.with(preset(), augmenterPackage("cutmix"));
    expect(() => resolved(project, { set: ["cutmix=3"] })).toThrow(invalid(/options\.cutmix: /));
  });

  it.each([
    ["missing.yaml", undefined, /missing\.yaml cannot be read[^]*no such file/],
    ["list.yaml", "- 1\n", /holds no keys/],
    ["broken.yaml", "epochs: [1\nseed: 2\n", /line 2/],
    ["twice.yaml", "epochs: 1\nepochs: 2\n", /unique[^]*line 2/],
    ["broken.json", '{"epochs": 1,, }', /line 1/],
  ])("is a file that cannot be read: %s", (file, text, message) => {
    const project = TemporaryProject.with(preset());
    if (text !== undefined) project.write(file, text);
    expect(() => resolved(project, { file })).toThrow(
      expect.objectContaining({ code: "KDF_CONFIGURATION_UNREADABLE", message: expect.stringMatching(message) }),
    );
  });
});

it("an empty file and a JSON file are configuration files", () => {
  const project = new TemporaryProject();
  expect(readConfigurationFile(project.write("empty.yaml", "# nothing yet\n"))).toEqual({});
  expect(readConfigurationFile(project.write("a.json", '{"epochs": 2, "options": {"a": {"b": [1]}}}'))).toEqual({
    epochs: 2,
    options: { a: { b: [1] } },
  });
});

describe("the preset", () => {
  const two = () => TemporaryProject.with(preset({ seed: 1 }, "one"), preset({ seed: 2 }, "two"));

  it("must be named where the project declares two", () => {
    expect(() => resolved(two())).toThrow(invalid(/preset: the project declares several \(one, two\)/));
  });

  it("may be named by option, file or --set, the stronger winning", () => {
    const project = two();
    project.write("kdf.yaml", "preset: one\n");
    expect(complete(project, { preset: "two" })).toMatchObject({ seed: 2, preset: "@kdf/plugin-two" });
    expect(complete(project, { file: "kdf.yaml" })).toMatchObject({ seed: 1, preset: "@kdf/plugin-one" });
    expect(complete(project, { file: "kdf.yaml", set: ["preset=two"] })).toMatchObject({ seed: 2 });
    expect(complete(project, { file: "kdf.yaml", set: ["preset=one"], preset: "two" })).toMatchObject({ seed: 2 });
  });

  it("may be declined", () => {
    const project = TemporaryProject.with(preset({ seed: 1 }));
    expect(complete(project, { preset: null, values: defaults })).toMatchObject({ seed: 0, preset: null });
  });

  it("is not taken where only another plugin has it as a peer, unless named", () => {
    const project = TemporaryProject.with(augmenterPackage("a", { peers: { "@kdf/plugin-one": "*" } }));
    project.install(preset({ seed: 1 }, "one"));
    expect(resolved(project).preset).toBeUndefined();
    expect(complete(project, { preset: "one" }).seed).toBe(1);
  });

  it("must be one", () => {
    const project = TemporaryProject.with(augmenterPackage("a"));
    expect(() => resolved(project, { preset: "a" })).toThrow(invalid(/@kdf\/plugin-a is no preset/));
    expect(() => resolved(project, { set: ["preset=3"] })).toThrow(invalid(/expected the name of a plugin/));
    expect(() => resolved(project, { preset: "gone" })).toThrow(expect.objectContaining({ code: "KDF_PLUGIN_NOT_FOUND" }));
  });

  it("of the wrong version is refused, not passed over", () => {
    const project = TemporaryProject.with({ ...preset(), peers: { "@kdf/core": "^99.0.0" } });
    expect(() => resolved(project)).toThrow(expect.objectContaining({ code: "KDF_PLUGIN_INCOMPATIBLE" }));
  });
});
