import { describe, expect, it } from "vitest";
import { TemporaryProject, type TestPackage } from "../test-support/temporary-project.js";
import { resolveConfiguration, type ConfigurationRequest, type ResolvedConfiguration } from "./configuration.js";
import { PluginIndex } from "./plugin-index.js";
import { findProject } from "./project.js";

const start: TestPackage = {
  name: "@kdf/plugin-start",
  manifest: {
    manifest: 1,
    id: "start",
    preset: {
      dataset: "fashion", teacher: "big", student: "small", distiller: "kd", engine: "wasm", epochs: 1, batchSize: 32,
      optimizer: { learningRate: 0.1, nesterov: true }, schedule: { id: "cosine", warmupEpochs: 0.1 },
    },
  },
};

const published = {
  summary: "as published",
  source: "a paper",
  settings: {
    epochs: 240,
    batchSize: 64,
    optimizer: { id: "sgd", learningRate: 0.05, nesterov: false },
    schedule: { id: "step", milestones: [150, 180, 210] },
  },
  students: [{ networks: ["tiny", "thin"], settings: { optimizer: { learningRate: 0.01 } } }],
};

const recipes = (name = "recipes", given: Readonly<Record<string, unknown>> = { published }): TestPackage => ({
  name: `@kdf/plugin-${name}`,
  manifest: { manifest: 1, id: name, recipes: given },
});

const resolved = (request: Partial<ConfigurationRequest>, project = TemporaryProject.with(start, recipes())): ResolvedConfiguration =>
  resolveConfiguration({ directory: project.directory, ...request }, new PluginIndex(findProject(project.directory)));

const values = { recipe: "published" };

describe("a recipe", () => {
  it("stands over the preset and under file, options and --set", () => {
    const project = TemporaryProject.with(start, recipes());
    project.write("kdf.yaml", "batchSize: 16\n");
    const request = { file: "kdf.yaml", values: { ...values, epochs: 7 }, set: ["optimizer.weightDecay=0"] };
    expect(resolved(request, project).complete()).toMatchObject({
      recipe: "published",
      preset: "@kdf/plugin-start",
      dataset: "fashion",
      batchSize: 16,
      epochs: 7,
      optimizer: { learningRate: 0.05, nesterov: false, weightDecay: 0 },
      schedule: { id: "step", milestones: [150, 180, 210], gamma: 0.1, warmupEpochs: 0 },
    });
  });

  it("has other values for the students that it names, whoever names the student", () => {
    const rate = (request: Partial<ConfigurationRequest>): number => resolved(request).complete().optimizer.learningRate;
    expect(rate({ values: { ...values, student: "thin" } })).toBe(0.01);
    expect(rate({ values, set: ["student=tiny"] })).toBe(0.01);
    expect(rate({ values: { ...values, student: "large" } })).toBe(0.05);
    expect(rate({ values: { ...values, student: "thin" }, set: ["optimizer.learningRate=0.3"] })).toBe(0.3);
  });

  it("may be named in the file, and be declined on the command line", () => {
    const project = TemporaryProject.with(start, recipes());
    project.write("kdf.yaml", "recipe: published\n");
    expect(resolved({ file: "kdf.yaml" }, project).complete()).toMatchObject({ recipe: "published", epochs: 240 });
    expect(resolved({ file: "kdf.yaml", set: ["recipe=null"] }, project).complete()).toMatchObject({ recipe: null, epochs: 1 });
  });

  it("of an unknown name is refused, with the nearest", () => {
    expect(() => resolved({ values: { recipe: "publishd" } })).toThrow(
      expect.objectContaining({ code: "KDF_RECIPE_UNKNOWN", message: expect.stringContaining("Did you mean published?") as string }),
    );
  });

  it("of a name that two plugins have is refused, naming both", () => {
    const project = TemporaryProject.with(start, recipes(), recipes("others"));
    expect(() => resolved({ values }, project)).toThrow(
      expect.objectContaining({ code: "KDF_CONFIGURATION_INVALID", message: expect.stringMatching(/recipes and others|others and recipes/) as string }),
    );
  });

  it("tells where each value came from", () => {
    const origins = resolved({ values: { ...values, student: "thin" }, set: ["seed=3"] }).origins();
    expect(origins.get("preset")).toBe("project");
    expect(origins.get("dataset")).toBe("preset @kdf/plugin-start");
    expect(origins.get("optimizer.learningRate")).toBe("recipe published");
    expect(origins.get("student")).toBe("command line");
    expect(origins.get("seed")).toBe("--set");
    expect(origins.get("schedule.gamma")).toBe("default");
    // The preset's schedule is another one: none of it is left.
    expect(origins.get("schedule.warmupEpochs")).toBe("default");
  });
});

describe("--epochs-scale", () => {
  it("stretches epochs and milestones, and nothing else", () => {
    const { epochs, schedule, optimizer } = resolved({ values, epochsScale: 2 }).complete();
    expect([epochs, schedule, optimizer.learningRate]).toEqual([480, { id: "step", milestones: [300, 360, 420], gamma: 0.1, warmupEpochs: 0 }, 0.05]);
    expect(resolved({ values, epochsScale: 2 }).origins().get("epochs")).toBe("recipe published, times 2");
    expect(resolved({ values, epochsScale: 2 }).origins().get("batchSize")).toBe("recipe published");
    expect(resolved({ epochsScale: 3 }).complete()).toMatchObject({ epochs: 3, schedule: { id: "cosine", warmupEpochs: 0.1 } });
    expect(resolved({ values, epochsScale: 0.1 }).complete()).toMatchObject({ epochs: 24, schedule: { milestones: [15, 18, 21] } });
  });

  it("leaves what the command line says", () => {
    const given = resolved({ values: { ...values, epochs: 10 }, epochsScale: 2 }).complete();
    expect(given).toMatchObject({ epochs: 10, schedule: { milestones: [300, 360, 420] } });
  });

  it("is done once: what a run recorded is taken as it stands", () => {
    const recorded = resolved({ values: { ...values, student: "thin" }, epochsScale: 2 }).complete();
    const { plugins, preset, ...rest } = recorded;
    expect(resolved({ preset, plugins, values: rest }).complete()).toEqual(recorded);
  });

  it.each([0, -1, "twice", Number.NaN])("of %s is refused", (epochsScale) => {
    expect(() => resolved({ values, epochsScale })).toThrow(expect.objectContaining({ code: "KDF_CONFIGURATION_INVALID", message: expect.stringContaining("number above 0") as string }));
  });
});
