import { expect, it } from "vitest";
import { toPixels } from "./pixels.js";

it("undoes the normalisation channel by channel", () => {
  const mean = [0.5, 0.25, 0.1];
  const std = [0.2, 0.5, 0.3];
  const pixels = [0, 255, 128, 7, 64, 200];
  const normalised = pixels.map((pixel, at) => (pixel / 255 - mean[at % 3]!) / std[at % 3]!);
  expect([...toPixels(Float32Array.from(normalised), { channels: 3, mean, std })]).toEqual(pixels);
});

it("cuts off what is darker than black or brighter than white", () => {
  expect([...toPixels([-9, 9, 0], { channels: 1, mean: [0.2], std: [1] })]).toEqual([0, 255, 51]);
});
