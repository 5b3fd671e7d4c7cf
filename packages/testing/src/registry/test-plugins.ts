import type { Plugin } from "@kdf/core";
import { boringPlugin } from "../boring/plugin.js";
import { faultyAugmenterPlugin, faultyDistillerPlugin, faultyMetricPlugin } from "../faults/plugins.js";
import { blockCountPlugin, studentPickPlugin, twoStagePlugin } from "../provers/plugins.js";

/** The kit's plugins by id. */
export const testPlugins = {
  boring: boringPlugin,
  "two-stage": twoStagePlugin,
  "student-pick": studentPickPlugin,
  "block-count": blockCountPlugin,
  "faulty-augmenter": faultyAugmenterPlugin,
  "faulty-distiller": faultyDistillerPlugin,
  "faulty-metric": faultyMetricPlugin,
} as const satisfies Readonly<Record<string, Plugin>>;
