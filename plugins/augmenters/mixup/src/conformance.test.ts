import { AugmenterTester, conformance } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";

const images = [[[1, 2]], [[3, 4]]];

const mixup = new AugmenterTester(plugin, "mixup", {
  options: [{}, { perImage: true }, { alpha: 0.2 }],
  refused: [
    { name: "an alpha of which there is no distribution", options: { alpha: 0 } },
    { name: "a number for yes or no", options: { perImage: 1 } },
  ],
  cases: [
    // 0.75 · 1 + 0.25 · 3 = 1.5 and so on.
    { name: "one lambda for the batch", images, plan: { lambda: 0.75, permutation: [1, 0] }, expected: [[[1.5, 2.5]], [[2.5, 3.5]]] },
    { name: "a lambda for each image", images, plan: { lambda: [1, 0.5], permutation: [1, 0] }, expected: [[[1, 2]], [[2, 3]]] },
    {
      name: "the partner of the permutation, which may be the image itself",
      images: [[[1]], [[2]], [[4]]],
      plan: { lambda: 0, permutation: [2, 1, 0] },
      expected: [[[4]], [[2]], [[1]]],
    },
    { name: "a single image stays", images: [[[1, 2]]], seed: 1, expected: [[[1, 2]]] },
  ],
});

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
for (const check of mixup.checks) test(check.name, check.run);
