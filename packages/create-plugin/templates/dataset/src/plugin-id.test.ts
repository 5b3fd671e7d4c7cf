import assert from "node:assert/strict";
import test from "node:test";
import { conformance } from "@kdf/testing";
import plugin from "./index.js";
import { PluginIdDataset } from "./plugin-id.js";

/** What every plugin must do. */
const checks = conformance(plugin, { package: new URL("../package.json", import.meta.url) });
for (const check of checks) test(check.name, check.run);

const make = (noise = 0): PluginIdDataset => new PluginIdDataset({ training: 40, test: 12, noise });

test("has the splits that the options say, in every class", async () => {
  for (const [split, length] of [["training", 40], ["test", 12]] as const) {
    const { labels } = await make().open(split);
    assert.equal(labels.length, length);
    assert.deepEqual([...new Set(labels)].sort(), [0, 1, 2, 3]);
  }
});

test("gives the same images every time, and other ones for the test", async () => {
  const rows = Int32Array.of(0, 5, 11);
  const [first, second, other] = [await make(0.2).open("training"), await make(0.2).open("training"), await make(0.2).open("test")];
  assert.deepEqual(await first.read(rows), await second.read(rows));
  assert.notDeepEqual(await first.read(rows), await other.read(rows));
});

test("upright stripes differ along a row and not along a column, level ones the other way about", async () => {
  const source = await make().open("training");
  const [upright, level] = [await source.read(Int32Array.of(0)), await source.read(Int32Array.of(1))];
  assert.equal(upright[5], upright[5 + 28]);
  assert.notEqual(upright[5], upright[6]);
  assert.equal(level[28], level[29]);
  assert.notEqual(level[28], level[28 + 28]);
});

test("mean and standard deviation are those that it states", async () => {
  const source = await new PluginIdDataset({ training: 400, test: 1, noise: 0.2 }).open("training");
  const pixels = await source.read(Int32Array.from({ length: 400 }, (_, row) => row));
  const mean = pixels.reduce((sum, value) => sum + value / 255, 0) / pixels.length;
  const variance = pixels.reduce((sum, value) => sum + (value / 255 - mean) ** 2, 0) / pixels.length;
  const { description } = make();
  assert.ok(Math.abs(mean - description.mean[0]!) < 0.02, `mean ${mean}`);
  assert.ok(Math.abs(Math.sqrt(variance) - description.std[0]!) < 0.02, `standard deviation ${Math.sqrt(variance)}`);
});
