import { AugmenterTester, conformance } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";

const images = [[[1, 2, 3], [4, 5, 6]], [[7, 8, 9], [10, 11, 12]]];
const box = { top: 0, left: 1, height: 2, width: 1 };

const cutmix = new AugmenterTester(plugin, "cutmix", {
  options: [{}, { perImage: true }, { alpha: 0.2 }],
  refused: [
    { name: "an alpha of which there is no distribution", options: { alpha: 0 } },
    { name: "a number for yes or no", options: { perImage: 1 } },
  ],
  cases: [
    {
      name: "one box for the batch",
      images,
      plan: { lambda: 0.5, box, permutation: [1, 0] },
      expected: [[[1, 8, 3], [4, 11, 6]], [[7, 2, 9], [10, 5, 12]]],
    },
    {
      name: "a box for each image",
      images,
      plan: { lambda: [0.5, 0.9], box: [{ top: 1, left: 0, height: 1, width: 3 }, { top: 0, left: 0, height: 1, width: 1 }], permutation: [1, 0] },
      expected: [[[1, 2, 3], [10, 11, 12]], [[1, 8, 9], [10, 11, 12]]],
    },
    {
      name: "the partner of the permutation, in every channel",
      images: [[[[1, 2], [3, 4]]], [[[5, 6], [7, 8]]], [[[9, 10], [11, 12]]]],
      plan: { lambda: 0.5, box: { top: 0, left: 0, height: 1, width: 1 }, permutation: [1, 2, 0] },
      expected: [[[[5, 6], [3, 4]]], [[[9, 10], [7, 8]]], [[[1, 2], [11, 12]]]],
    },
    { name: "a single image stays", images: [[[1, 2], [3, 4]]], seed: 1, expected: [[[1, 2], [3, 4]]] },
  ],
});

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
for (const check of cutmix.checks) test(check.name, check.run);
