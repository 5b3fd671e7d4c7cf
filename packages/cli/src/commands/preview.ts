import { Command } from "commander";
import type { Register } from "../command-work.js";
import { examples } from "../examples.js";
import { addOptions } from "../command-options.js";
import type { PreviewOptions } from "./preview-augmenters.js";

export const preview: Register = (act) =>
  addOptions(
    new Command("preview")
      .description("a gallery of what augmentations make of one training batch")
      .requiredOption(
        "--augmenters <list>",
        "comma-separated; an entry may be a chain and carry options: cutout+cutmix, cutmixpick?poolFactor=3",
      )
      .option("--count <number>", "images shown, the first of the batch", "8")
      .option("--out <file>", "an .html or .png file that does not exist yet (default: the first free preview-N.html)")
      .option("--split <name>", "training or validation", "training")
      .option("--stage <number>", "the run's stage, from 0", "0")
      .option("--epoch <number>", "the epoch within the stage, from 0", "0")
      .option("--step <number>", "the step within the epoch, from 0", "0")
      .option("--student-weights <which>", "run or weights file, for augmenters that pick by the student"),
    ["plugins", "data", "teacher", "engine", "batchSize", "seed", "settings"],
  )
    .option("--no-teacher", "show no entropy")
    .addHelpText(
      "after",
      `
The draws are those of a run: with its --seed, --batch-size and validation
split, --epoch and --step show what it saw there. The exception is an augmenter
that picks by the student: here that of --student-weights stays as it is.
${examples("kdf preview --augmenters cutout,mixup,cutmix,cutmixpick", "kdf preview --augmenters cutmixpick --epoch 1 --step 20 --out pick.png")}`,
    )
    .action(act<PreviewOptions>(async (options, terminal) => (await import("./preview-augmenters.js")).previewAugmenters(options, terminal)));
