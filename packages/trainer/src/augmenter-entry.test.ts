import { describe, expect, it } from "vitest";
import { parseAugmenterEntry } from "./augmenter-entry.js";

describe("parseAugmenterEntry", () => {
  it("reads a chain with options of each link", () => {
    expect(parseAugmenterEntry("cutout?side=4+cutmixpick?criterion=student-entropy&poolFactor=3", "rank")).toEqual([
      { id: "cutout", options: { side: 4 } },
      { id: "cutmixpick", options: { criterion: "student-entropy", poolFactor: 3 } },
    ]);
  });

  it("reads booleans as booleans", () => {
    expect(parseAugmenterEntry("flip?perImage=true", "rank")).toEqual([{ id: "flip", options: { perImage: true } }]);
  });

  it.each(["", "cutout+", "cutmix?alpha", "cutmix?=2", "cutout?side=4=5", "cutout?side=4?perImage=true", "cutout?side=4&side=5"])(
    "refuses %j",
    (entry) => {
    expect(() => parseAugmenterEntry(entry, "rank")).toThrow(expect.objectContaining({ code: "KDF_COMMAND_LINE_INVALID" }));
    },
  );
});
