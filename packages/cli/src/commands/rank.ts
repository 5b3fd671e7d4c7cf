import { Command } from "commander";
import type { Register } from "../command-work.js";
import { examples } from "../examples.js";
import { addOptions, collect } from "../command-options.js";
import type { RankOptions } from "./rank-augmenters.js";

export const rank: Register = (act) =>
  addOptions(
    new Command("rank")
      .description("rank augmentations with the teacher alone, before any student is trained")
      .requiredOption(
        "--augmenters <list>",
        "comma-separated; an entry may be a chain and carry options: cutout+cutmix, cutmixpick?poolFactor=3",
      )
      .option("--steps <number>", "batches observed for each augmenter", "100")
      .option("--student-weights <which>", "run or weights file, for augmenters that pick by the student and metrics that read it")
      .option("--out <file>", "a new .html, .svg or .csv file with the ranking (repeatable)", collect, []),
    ["plugins", "data", "teacher", "teacherEngine", "engine", "batchSize", "seed", "settings"],
  )
    .addHelpText(
      "after",
      `
What is ranked comes from --augmenters alone; --plugin makes a plugin in a
folder known to it.
${examples("kdf rank --augmenters identity,cutout,mixup,cutmix,cutmixpick", "kdf rank --augmenters cutout,mixup,cutmix --out rank.html --out rank.csv", "kdf rank --plugin ./my-blur --augmenters blur,cutout+blur")}`,
    )
    .action(act<RankOptions>(async (options, terminal) => (await import("./rank-augmenters.js")).rankAugmenters(options, terminal)));
