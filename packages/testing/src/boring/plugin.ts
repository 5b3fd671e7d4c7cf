import { define, definePlugin } from "@kdf/core";
import { z } from "zod";
import { BoringAccuracy } from "./accuracy.js";
import { BoringDataset, datasetOptions } from "./dataset.js";
import { BoringNetwork, networkOptions } from "./network.js";
import { BoringTeacher, teacherOptions } from "./teacher.js";

/** All that a run needs besides a distiller and an engine, ready in a second. */
export const boringPlugin = definePlugin({
  id: "boring",
  provides: {
    dataset: {
      boring: define({ summary: "bands of light, made in memory", options: datasetOptions, create: (given) => new BoringDataset(given) }),
    },
    network: {
      boring: define({ summary: "one convolution", options: networkOptions, create: (given) => new BoringNetwork(given) }),
    },
    teacher: {
      boring: define({ summary: "knows the bands", options: teacherOptions, create: (given) => new BoringTeacher(given) }),
    },
    metric: {
      "boring-accuracy": define({
        summary: "share of labels with the largest logit",
        options: z.strictObject({}),
        create: () => new BoringAccuracy(),
      }),
    },
  },
});
