import { AugmenterTester, conformance } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";

/** Two images of one line of three pixels, two channels: the channels do not change places. */
const images = [[[[1, 2], [3, 4], [5, 6]]], [[[7, 8], [9, 10], [11, 12]]]];
const first = [[[5, 6], [3, 4], [1, 2]]];
const second = [[[11, 12], [9, 10], [7, 8]]];

const flip = new AugmenterTester(plugin, "flip", {
  options: [{}, { perImage: true }],
  refused: [{ name: "a number for yes or no", options: { perImage: 1 } }],
  cases: [
    { name: "left and right change places, above and below do not", images: [[[1, 2, 3], [4, 5, 6]]], plan: { flip: true }, expected: [[[3, 2, 1], [6, 5, 4]]] },
    { name: "the whole batch", images, plan: { flip: true }, expected: [first, second] },
    { name: "no image", images, plan: { flip: false }, expected: images },
    { name: "one image of two", images, plan: { flip: [false, true] }, expected: [images[0]!, second] },
  ],
});

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
for (const check of flip.checks) test(check.name, check.run);
