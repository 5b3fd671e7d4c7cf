import { Command } from "commander";
import type { Register } from "../command-work.js";
import { addSharedOptions } from "../shared-options.js";
import type { TrainOptions } from "./train-run.js";

export const train: Register = (act) =>
  addSharedOptions(
    new Command("train")
      .description("train a student from a teacher, or with --no-teacher a network alone")
      .option("--resume <run>", "go on with an interrupted run, to the weights it would have reached")
      .option("--dry-run", "check everything, take a few steps, write nothing"),
  )
    .addHelpText(
      "after",
      "\nExamples:\n  kdf train --plugin cutmixpick\n  kdf train --no-teacher --student resnet20 --epochs 10\n  kdf train --resume runs/fashion-mnist-resnet8-kd-1",
    )
    .action(act<TrainOptions>(async (options, terminal) => (await import("./train-run.js")).trainRun(options, terminal)));
