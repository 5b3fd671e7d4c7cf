import { Command } from "commander";
import type { Register } from "../command-work.js";
import { addSharedOptions } from "../shared-options.js";
import type { RankOptions } from "./rank-augmenters.js";

export const rank: Register = (act) =>
  addSharedOptions(
    new Command("rank")
      .description("rank augmentations with the teacher alone, before any student is trained")
      .requiredOption(
        "--augmenters <list>",
        "comma-separated; an entry may be a chain and carry options: cutout+cutmix, cutmixpick?poolFactor=3",
      )
      .option("--steps <number>", "batches observed for each augmenter", "100")
      .option("--student-weights <which>", "run or weights file, for augmenters that pick by the student"),
  )
    .addHelpText("after", "\nExample:\n  kdf rank --augmenters identity,cutout,mixup,cutmix,cutmixpick")
    .action(act<RankOptions>(async (options, terminal) => (await import("./rank-augmenters.js")).rankAugmenters(options, terminal)));
