import { AugmenterTester, conformance } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";

const images = [[[1, 2, 3, 4], [5, 6, 7, 8]], [[11, 12, 13, 14], [15, 16, 17, 18]]];

const patchmix = new AugmenterTester(plugin, "patchmix", {
  options: [{}, { perImage: true }, { patch: 2, alpha: 0.3 }, { patch: 20 }],
  refused: [
    { name: "a patch without pixels", options: { patch: 0 } },
    { name: "an alpha of which there is no distribution", options: { alpha: 0 } },
  ],
  cases: [
    { name: "one set of patches for the batch", images, plan: { patch: 2, given: [1], permutation: [1, 0] }, expected: [[[1, 2, 13, 14], [5, 6, 17, 18]], [[11, 12, 3, 4], [15, 16, 7, 8]]] },
    { name: "patches for each image, counted line by line", images, plan: { patch: 1, given: [[0, 6], []], permutation: [1, 0] }, expected: [[[11, 2, 3, 4], [5, 6, 17, 8]], [[11, 12, 13, 14], [15, 16, 17, 18]]] },
    {
      name: "the partner of the permutation, in every channel",
      images: [[[[1, 2], [3, 4]]], [[[5, 6], [7, 8]]], [[[9, 10], [11, 12]]]],
      plan: { patch: 1, given: [0], permutation: [1, 2, 0] },
      expected: [[[[5, 6], [3, 4]]], [[[9, 10], [7, 8]]], [[[1, 2], [11, 12]]]],
    },
    {
      name: "what the grid does not cover stays",
      images: [[[1, 2, 3], [4, 5, 6]], [[11, 12, 13], [14, 15, 16]]],
      plan: { patch: 2, given: [0], permutation: [1, 0] },
      expected: [[[11, 12, 3], [14, 15, 6]], [[1, 2, 13], [4, 5, 16]]],
    },
    { name: "a single image stays", images: [[[1, 2], [3, 4]]], seed: 1, expected: [[[1, 2], [3, 4]]] },
  ],
});

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
for (const check of patchmix.checks) test(check.name, check.run);
