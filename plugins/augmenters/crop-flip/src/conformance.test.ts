import { AugmenterTester, conformance } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";
import type { Plan } from "./crop-flip.js";

const images = [[[1, 2, 3], [4, 5, 6]]];

const cropFlip = new AugmenterTester(plugin, "crop-flip", {
  options: [{}, { perImage: true }, { padding: 0 }, { padding: 20, perImage: true }],
  refused: [
    { name: "a negative padding", options: { padding: -1 } },
    { name: "half a pixel of padding", options: { padding: 1.5 } },
  ],
  cases: [
    // The line below the image is black, and so is the column before it.
    { name: "down and to the left", images, plan: { view: { top: 1, left: -1, flip: false }, black: [-2] }, expected: [[[-2, 4, 5], [-2, -2, -2]]] },
    { name: "flipped after the crop", images, plan: { view: { top: 1, left: -1, flip: true }, black: [-2] }, expected: [[[5, 4, -2], [-2, -2, -2]]] },
    {
      name: "each image by itself, black by channel",
      images: [[[[1, 2], [3, 4]]], [[[5, 6], [7, 8]]]],
      plan: { view: [{ top: 0, left: 1, flip: false }, { top: 0, left: 0, flip: true }], black: [-1, -3] },
      expected: [[[[3, 4], [-1, -3]]], [[[7, 8], [5, 6]]]],
    },
    {
      name: "images of one pixel stay or are black: (0 - 0.75) / 0.25",
      options: { padding: 1, perImage: true },
      images: [1, 2, 3, 4, 5, 6, 7, 8].map((value) => [[value]]),
      mean: [0.75],
      std: [0.25],
      seed: 1,
      expected: ({ images: pixels, plan }) => {
        const views = (plan as Plan).view as readonly { readonly top: number; readonly left: number }[];
        return pixels.every((pixel, row) => pixel === (views[row]!.top === 0 && views[row]!.left === 0 ? row + 1 : -3));
      },
    },
    { name: "without padding a symmetrical image stays", options: { padding: 0 }, images: [[[1, 2, 1], [3, 4, 3]]], seed: 1, expected: [[[1, 2, 1], [3, 4, 3]]] },
  ],
});

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
for (const check of cropFlip.checks) test(check.name, check.run);
