import { expect, test } from "vitest";
import { BoringDataset } from "../boring/dataset.js";
import { MemoryRegistry } from "./memory-registry.js";
import { pluginOf } from "./plugin-of.js";
import { RecordingLogger } from "./recording-logger.js";
import { testPlugins } from "./test-plugins.js";

const all = Object.values(testPlugins);

test("creates what its plugins provide, with given options over configured ones", async () => {
  const registry = new MemoryRegistry(all, { options: { boring: { classes: 4 }, "dataset:boring": { size: 16 } } });
  const dataset = await registry.create("dataset", "boring", { size: 8 });
  expect(dataset).toBeInstanceOf(BoringDataset);
  expect(dataset.description.classes).toHaveLength(4);
  expect(dataset.description.height).toBe(8);
  expect(registry.createdOptions()["dataset:boring"]).toMatchObject({ classes: 4, size: 8, channels: 1 });
});

test("lists a kind and refuses what is unknown, given twice or wrongly set", async () => {
  const registry = new MemoryRegistry(all);
  expect(registry.list("metric").map(({ id }) => id)).toEqual(["boring-accuracy", "block-count", "faulty-metric"]);
  expect(() => registry.get("metric", "block-counts")).toThrow(/Did you mean block-count\?/);
  expect(() => new MemoryRegistry([...all, testPlugins.boring])).toThrow(expect.objectContaining({ code: "KDF_PLUGIN_DUPLICATE_ID" }));
  await expect(registry.create("dataset", "boring", { colour: 1 })).rejects.toMatchObject({ code: "KDF_OPTIONS_INVALID" });
});

test("a plugin may ask for another and write to the logger; what its factory throws names it", async () => {
  const logger = new RecordingLogger();
  const inner = pluginOf("inner", {
    metric: {
      broken: () => {
        throw new Error("no");
      },
    },
  });
  const registry = new MemoryRegistry([...all, inner], { logger });
  const context = registry.context();
  context.logger.warn("careful");
  expect(logger.warnings).toEqual(["careful"]);
  expect(await context.create("dataset", "boring")).toBeInstanceOf(BoringDataset);
  await expect(registry.create("metric", "broken")).rejects.toMatchObject({ code: "KDF_PLUGIN_THREW", message: expect.stringContaining("inner failed in create") });
});
