import { describe, expect, it } from "vitest";
import { parseDistillerEntry, parseEntry } from "./entry.js";

const refuse = (problem: string): Error => new RangeError(problem);
const read = (entry: string) => parseEntry(entry, "--augmenters", refuse);

describe("an entry", () => {
  it("is a chain with options of each part", () => {
    expect(read("cutout?side=4+cutmixpick?criterion=student-entropy&poolFactor=3")).toEqual([
      { id: "cutout", options: { side: 4 } },
      { id: "cutmixpick", options: { criterion: "student-entropy", poolFactor: 3 } },
    ]);
  });

  it("reads booleans as booleans", () => {
    expect(read("flip?perImage=true")).toEqual([{ id: "flip", options: { perImage: true } }]);
  });

  it("has options within options, by dots", () => {
    expect(read("crd?weights.contrast=0.5&weights.crossEntropy=2&negatives=64+kd")).toEqual([
      { id: "crd", options: { weights: { contrast: 0.5, crossEntropy: 2 }, negatives: 64 } },
      { id: "kd", options: {} },
    ]);
  });

  it.each(["", "cutout+", "cutmix?alpha", "cutmix?=2", "cutmix?a.=2", "cutout?side=4=5", "cutout?side=4?perImage=true", "cutout?side=4&side=5"])(
    "%j is refused",
    (entry) => {
      expect(() => read(entry)).toThrow(RangeError);
    },
  );
});

describe("a distiller's entry", () => {
  it("takes each distiller once", () => {
    expect(parseDistillerEntry("crd+kd").map(({ id }) => id)).toEqual(["crd", "kd"]);
    for (const [entry, problem] of [["kd+crd+kd?temperature=1", /kd twice/], ["crd+", /empty name/]] as const) {
      expect(() => parseDistillerEntry(entry)).toThrow(expect.objectContaining({ code: "KDF_DISTILLER_UNREADABLE", message: expect.stringMatching(problem) }));
    }
  });
});
