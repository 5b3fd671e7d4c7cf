import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { configurationText } from "@kdf/host";
import { afterAll, describe, expect, it } from "vitest";
import { folderName, readStudyFile } from "./study-file.js";

const folder = mkdtempSync(join(tmpdir(), "kdf-study-file-"));
const file = join(folder, "study.yaml");
afterAll(() => rmSync(folder, { recursive: true }));

const pair = { teacher: "some-teacher", student: "resnet8" };
const study = { name: "some", settings: { dataset: "images", plugins: ["./own", "../other", "mixup"] }, pairs: [pair], augmenters: ["identity", "cutmix"], seeds: [0] };

function read(values: Readonly<Record<string, unknown>> = {}) {
  writeFileSync(file, configurationText({ ...study, ...values }));
  return readStudyFile(file);
}

describe("a study's file", () => {
  it("gives a pair its name, and what is left out its default", () => {
    const { pairs, outcome, measurement, frozenStudent } = read();
    expect(pairs).toEqual([{ id: "some-teacher-resnet8", ...pair, settings: {}, augmenters: ["identity", "cutmix"] }]);
    expect(outcome).toBe("loss");
    expect(measurement).toEqual({ metrics: ["t-stddev"], steps: 100, seed: 0, settings: {} });
    expect(frozenStudent).toEqual({ augmenter: "identity", seed: 1000 });
  });

  it("takes a pair's own augmenters, and is the better for none of its own where each pair has them", () => {
    const { pairs, augmenters } = read({ augmenters: undefined, pairs: [{ ...pair, augmenters: ["none"] }, { ...pair, id: "x", augmenters: ["none", "cutmix"] }] });
    expect(pairs.map((one) => one.augmenters)).toEqual([["none"], ["none", "cutmix"]]);
    expect(augmenters).toEqual(["none", "cutmix"]);
  });

  it("names folders and teachers from where it stands", () => {
    writeFileSync(join(folder, "weights"), "");
    const trained = { teacher: { train: { network: "vgg13", epochs: 3 } }, student: "vgg8" };
    const { settings, pairs } = read({
      pairs: [{ ...pair, teacher: "./vgg/teacher.safetensors" }, { ...pair, id: "x", teacher: "weights" }, { ...pair, id: "y" }, trained],
    });
    expect(settings["plugins"]).toEqual([join(folder, "own"), join(folder, "..", "other"), "mixup"]);
    expect(pairs.map(({ teacher }) => teacher)).toEqual([
      join(folder, "vgg/teacher.safetensors"),
      join(folder, "weights"),
      "some-teacher",
      { train: { network: "vgg13", epochs: 3, seed: 0 } },
    ]);
    expect(pairs.map(({ id }) => id)).toEqual(["teacher.safetensors-resnet8", "x", "y", "vgg13-vgg8"]);
  });

  it.each([
    [{ seeds: [0, 0], augmenters: ["identity", "identity"] }, ["seeds: 0 is named twice", "augmenters: identity is named twice"]],
    [{ augmenters: undefined }, ["pair some-teacher-resnet8: augmenters are missing"]],
    [{ pairs: [{ ...pair, augmenters: ["none", "none"] }] }, ["augmenters: none is named twice"]],
    [{ augmenters: ["a?b=1", "a&b=1"] }, ["two entries would share the folder a_b=1"]],
    [{ augmenters: ["a?b=[1,2]"] }, ["a?b=[1,2] holds a comma"]],
    [{ frozenStudent: { seed: 0 } }, ["frozenStudent.seed: 0 is a seed of the study"]],
    [{ settings: { teacher: "a", seed: 1 } }, ["settings: teacher is decided", "settings: seed is decided"]],
    [{ pairs: [pair, pair] }, ["two are called some-teacher-resnet8"]],
    [{ pairs: [{ ...pair, settings: { student: "x" } }] }, ["pair some-teacher-resnet8: settings: student is decided"]],
    [{ pairs: [], extra: 1, seeds: [-1], name: "a/b" }, ["pairs", "extra", "seeds.0", "name: expected letters"]],
  ])("is refused with all that is wrong: %j", (values, problems) => {
    let told = "";
    try {
      read(values);
    } catch (error) {
      told = (error as Error).message;
    }
    for (const problem of problems) expect(told).toContain(problem);
  });

  it("that does not exist is refused without a word of --config", () => {
    expect(() => readStudyFile(join(folder, "gone.yaml"))).toThrow(/KDF_|gone\.yaml/);
    expect(() => readStudyFile(join(folder, "gone.yaml"))).not.toThrow(/--config/);
  });
});

describe("the folder of an entry", () => {
  it("is the entry, but for what file systems do not take", () => {
    expect(folderName("cutout+cutmix")).toBe("cutout+cutmix");
    expect(folderName("cutmixpick?criterion=student-entropy&poolFactor=3")).toBe("cutmixpick_criterion=student-entropy_poolFactor=3");
  });
});
