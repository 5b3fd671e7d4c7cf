import { AugmenterTester, conformance } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";

/** Grey levels: with mean 0 and deviation 1/255 a normalised value is a grey level. */
const levels = (channels: number) => ({ mean: Array<number>(channels).fill(0), std: Array<number>(channels).fill(1 / 255) });
const planOf = (subPolicy: number, applied: [boolean, boolean], positive: [boolean, boolean] = [true, true], channels = 1) => ({
  draw: { subPolicy, applied, positive }, ...levels(channels),
});
const images = [[[10, 20, 30], [40, 50, 250]]];

const autoaugment = new AugmenterTester(plugin, "autoaugment", {
  options: [{}, { policy: "imagenet", perImage: true }],
  refused: [
    { name: "a policy that does not exist", options: { policy: "mnist" } },
    { name: "a number for yes or no", options: { perImage: 1 } },
  ],
  cases: [
    // Row 0: Invert, then Contrast 6. The mean of 245, 235, 225, 215, 205 and 5 is 188.333, and values go 0.4 of the way there.
    { name: "inverted", images, plan: planOf(0, [true, false]), expected: [[[245, 235, 225], [215, 205, 5]]], tolerance: 1e-3 },
    { name: "inverted and drawn to the mean", images, plan: planOf(0, [true, true], [true, false]), expected: [[[211, 207, 203], [199, 195, 115]]], tolerance: 1e-3 },
    // Row 1: Rotate 2, then TranslateX 9: 150/331 of three pixels, cut off to one.
    { name: "to the right", images, plan: planOf(1, [false, true]), expected: [[[0, 10, 20], [0, 40, 50]]], tolerance: 1e-3 },
    { name: "to the left", images, plan: planOf(1, [false, true], [true, false]), expected: [[[20, 30, 0], [50, 250, 0]]], tolerance: 1e-3 },
    // Row 11: Equalize, then AutoContrast: from 10 to 250, so level v becomes (v - 10) · 255/240.
    { name: "stretched", images, plan: planOf(11, [false, true]), expected: [[[0, 10, 21], [31, 42, 255]]], tolerance: 1e-3 },
    // Row 13: Brightness 6 is a factor of 1.6 or 0.4; Color 8 of 1.8 leaves one channel as it is.
    { name: "brighter, cut off at white", images, plan: planOf(13, [true, true]), expected: [[[16, 32, 48], [64, 80, 255]]], tolerance: 1e-3 },
    {
      name: "levels between bytes are rounded down, below black and above white cut off, and the published normalisation kept",
      images: [[[[-3, 99.75, 300]]]],
      plan: planOf(0, [false, false], [true, true], 3),
      expected: [[[[0, 99, 255]]]],
      tolerance: 1e-3,
    },
    // Row 13 of three channels: grey of (100, 50, 10) is 60.38, rounded down to 60; 1.8 of the way from it.
    { name: "more colour", images: [[[[100, 50, 10]]]], plan: planOf(13, [false, true], [true, true], 3), expected: [[[[132, 42, 0]]]], tolerance: 1e-3 },
    {
      name: "each image by its own draw",
      options: { policy: "imagenet", perImage: true },
      images: [[[10, 200]], [[10, 200]]],
      // Row 3: Posterize 7 and 6 keep 5 bits; row 1: Solarize 5 inverts from 113.33 on.
      plan: { draw: [{ subPolicy: 3, applied: [true, false], positive: [true, true] }, { subPolicy: 1, applied: [true, false], positive: [true, true] }], ...levels(1) },
      expected: [[[8, 200]], [[10, 55]]],
      tolerance: 1e-3,
    },
  ],
});

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
for (const check of autoaugment.checks) test(check.name, check.run);
