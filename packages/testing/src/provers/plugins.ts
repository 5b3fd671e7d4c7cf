import { define, definePlugin } from "@kdf/core";
import { BlockCount, blockCountOptions } from "./block-count.js";
import { StudentPick, studentPickOptions } from "./student-pick.js";
import { TwoStage, twoStageOptions } from "./two-stage.js";

export const twoStagePlugin = definePlugin({
  id: "two-stage",
  provides: {
    distiller: {
      "two-stage": define({ summary: "every seam of a distiller at once", options: twoStageOptions, create: (given) => new TwoStage(given) }),
    },
  },
});

export const studentPickPlugin = definePlugin({
  id: "student-pick",
  provides: {
    augmenter: {
      "student-pick": define({
        summary: "keeps the images of which the student is least sure",
        options: studentPickOptions,
        create: (given) => new StudentPick(given),
      }),
    },
  },
});

export const blockCountPlugin = definePlugin({
  id: "block-count",
  provides: {
    metric: {
      "block-count": define({
        summary: "counts in blocks that span checkpoints",
        options: blockCountOptions,
        create: (given) => new BlockCount(given),
      }),
    },
  },
});
