import { define, definePlugin } from "@kdf/core";
import { FaultyAugmenter, faultyAugmenterOptions } from "./faulty-augmenter.js";
import { FaultyDistiller, faultyDistillerOptions } from "./faulty-distiller.js";
import { FaultyMetric, faultyMetricOptions } from "./faulty-metric.js";

export const faultyAugmenterPlugin = definePlugin({
  id: "faulty-augmenter",
  provides: {
    augmenter: {
      "faulty-augmenter": define({
        summary: "fails on purpose",
        options: faultyAugmenterOptions,
        create: (given) => new FaultyAugmenter(given),
      }),
    },
  },
});

export const faultyDistillerPlugin = definePlugin({
  id: "faulty-distiller",
  provides: {
    distiller: {
      "faulty-distiller": define({
        summary: "fails on purpose",
        options: faultyDistillerOptions,
        create: (given) => new FaultyDistiller(given),
      }),
    },
  },
});

export const faultyMetricPlugin = definePlugin({
  id: "faulty-metric",
  provides: {
    metric: {
      "faulty-metric": define({
        summary: "fails on purpose",
        options: faultyMetricOptions,
        create: (given) => new FaultyMetric(given),
      }),
    },
  },
});
