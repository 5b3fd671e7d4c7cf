import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { didYouMean, listed, nearest } from "./nearest.js";

const ids = ["kd", "crd", "cutmix", "cutmixpick", "mixup", "flip", "fashion-mnist", "top-1"];

describe("nearest", () => {
  it.each([
    ["cutmx", "cutmix"],
    ["cutmixpik", "cutmixpick"],
    ["CutMix", "cutmix"],
    ["flpi", "flip"],
    ["fashoin-mnist", "fashion-mnist"],
    ["fashion_mnst", "fashion-mnist"],
    ["dk", undefined],
    ["kdd", "kd"],
    ["xy", undefined],
    ["q", undefined],
    ["resnet20", undefined],
    ["", undefined],
  ])("of %o is %o", (name, expected) => {
    expect(nearest(name, ids)).toBe(expected);
  });

  it("is the name itself where it exists", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 1 }), (names) => {
        expect(nearest(names[0]!, names)?.toLowerCase()).toBe(names[0]!.toLowerCase());
      }),
    );
  });

  it("is one of the candidates or nothing", () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string()), (name, names) => {
        const found = nearest(name, names);
        expect(found === undefined || names.includes(found)).toBe(true);
      }),
    );
  });
});

it("a hint is a sentence, or nothing", () => {
  expect(didYouMean("mixip", ids)).toBe(" Did you mean mixup?");
  expect(didYouMean("resnet20", ids)).toBe("");
});

it("a list of nothing says so", () => {
  expect([listed([]), listed(new Set(["a", "b"]))]).toEqual(["none", "a, b"]);
});
