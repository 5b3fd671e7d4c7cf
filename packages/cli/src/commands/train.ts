import { Command } from "commander";
import type { Register } from "../command-work.js";
import { examples } from "../examples.js";
import { addSharedOptions } from "../command-options.js";
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
      examples(
        "kdf train --plugin cutmixpick",
        "kdf train --config kdf.config.yaml --seed 1 --set optimizer.learningRate=0.05",
        "kdf train --no-teacher --student resnet20 --epochs 10 --dry-run",
        "kdf train --resume runs/fashion-mnist-resnet8-kd-1",
      ),
    )
    .action(act<TrainOptions>(async (options, terminal) => (await import("./train-run.js")).trainRun(options, terminal)));
