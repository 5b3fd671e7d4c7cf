import { Command } from "commander";
import type { Register } from "../command-work.js";
import { examples } from "../examples.js";
import { addOptions } from "../command-options.js";
import type { EvalOptions } from "./eval-model.js";

export const evaluation: Register = (act) =>
  addOptions(
    new Command("eval")
      .description("measure a trained model on a data set")
      .argument("<model>", "run directory (its best checkpoint), weights file or teacher plugin")
      .option("--split <name>", "test or validation", "test"),
    ["plugins", "data", "engine", "settings"],
  )
    .addHelpText(
      "after",
      examples(
        "kdf eval runs/fashion-mnist-resnet8-kd-cutmixpick-1",
        "kdf eval fashion-mnist-teacher --split validation",
        "kdf eval student.safetensors --data-dir ../images --json",
      ),
    )
    .action(
      act<EvalOptions>(async (options, terminal, positional) => (await import("./eval-model.js")).evalModel(options, terminal, positional)),
    );
