import { AugmenterTester, conformance } from "@kdf/testing";
import { test } from "vitest";
import plugin from "./index.js";
import type { Plan } from "./masking.js";

const images = [[[1, 2, 3, 4], [5, 6, 7, 8]], [[11, 12, 13, 14], [15, 16, 17, 18]]];

const masking = new AugmenterTester(plugin, "masking", {
  options: [{}, { perImage: true }, { grid: 3, ratio: 0.4 }, { grid: 20, ratio: 1, perImage: true }],
  refused: [
    { name: "a grid without cells", options: { grid: 0 } },
    { name: "more than all cells", options: { ratio: 1.1 } },
  ],
  cases: [
    { name: "one mask for the batch, cells counted line by line", images, plan: { grid: 2, masked: [1, 2] }, expected: [[[1, 2, 0, 0], [0, 0, 7, 8]], [[11, 12, 0, 0], [0, 0, 17, 18]]] },
    { name: "a mask for each image", images, plan: { grid: 2, masked: [[0], [3, 2]] }, expected: [[[0, 0, 3, 4], [5, 6, 7, 8]], [[11, 12, 13, 14], [0, 0, 0, 0]]] },
    { name: "every channel", images: [[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]], plan: { grid: 2, masked: [2] }, expected: [[[[1, 2], [3, 4]], [[0, 0], [7, 8]]]] },
    // Three cells over seven pixels: pixel x lies in cell floor(3x / 7), so pixels 0 to 2, 3 and 4, 5 and 6.
    { name: "a grid that does not divide the image, as nearest up-sampling has it", images: [[[1, 2, 3, 4, 5, 6, 7]]], plan: { grid: 3, masked: [1] }, expected: [[[1, 2, 3, 0, 0, 6, 7]]] },
    {
      name: "the share of cells, rounded down",
      options: { grid: 2, ratio: 0.7 },
      images: [[[1, 1], [1, 2]]],
      seed: 4,
      expected: ({ images: pixels, plan }) => {
        const masked = (plan as Plan).masked as readonly number[];
        return masked.length === 2 && pixels.every((value, place) => value === (masked.includes(place) ? 0 : [1, 1, 1, 2][place]));
      },
    },
  ],
});

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
for (const check of masking.checks) test(check.name, check.run);
