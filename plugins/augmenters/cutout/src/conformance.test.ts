import { AugmenterTester, conformance } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";

const images = [[[1, 2, 3], [4, 5, 6]], [[7, 8, 9], [10, 11, 12]]];

const cutout = new AugmenterTester(plugin, "cutout", {
  options: [{}, { perImage: true }, { side: 1 }, { side: 40, perImage: true }],
  refused: [
    { name: "a square without pixels", options: { side: 0 } },
    { name: "half a pixel", options: { side: 2.5 } },
  ],
  cases: [
    {
      name: "one square for the batch",
      images,
      plan: { box: { top: 0, left: 1, height: 2, width: 1 } },
      expected: [[[1, 0, 3], [4, 0, 6]], [[7, 0, 9], [10, 0, 12]]],
    },
    {
      name: "a square for each image",
      images,
      plan: { box: [{ top: 1, left: 0, height: 1, width: 2 }, { top: 0, left: 2, height: 1, width: 1 }] },
      expected: [[[1, 2, 3], [0, 0, 6]], [[7, 8, 0], [10, 11, 12]]],
    },
    {
      name: "every channel",
      images: [[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]],
      plan: { box: { top: 1, left: 0, height: 1, width: 1 } },
      expected: [[[[1, 2], [3, 4]], [[0, 0], [7, 8]]]],
    },
    // Four pixels to each side of any pixel cover two lines of three.
    { name: "a square larger than the image", options: { side: 8 }, images, seed: 1, expected: [[[0, 0, 0], [0, 0, 0]], [[0, 0, 0], [0, 0, 0]]] },
  ],
});

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
for (const check of cutout.checks) test(check.name, check.run);
