import { Command } from "commander";
import type { Register } from "../command-work.js";
import { examples } from "../examples.js";
import { collect, readNumber } from "../command-options.js";
import type { InitOptions } from "./init-project.js";

export const init: Register = (act) =>
  new Command("init")
    .description("begin a project: a package.json and a kdf.config.yaml that run")
    .argument("[directory]", "where; made if it is missing (default: this folder)")
    .option("--yes", "ask nothing: take the defaults for what is not said")
    .option("--plugin <name>", "an augmenter to train with; chained in the order given (repeatable)", collect, [])
    .option("--spelled-out", "no preset: a configuration that says everything, and just the plugins that it names")
    .option("--epochs <number>", "passes over the training images", readNumber)
    .addHelpText(
      "after",
      `
At a terminal it asks for what is not said. A package.json that exists keeps
all it has: only what is missing is added, and a script train of its own stays.
A kdf.config.yaml that exists is refused. Nothing is installed.
${examples("kdf init", "kdf init my-student --yes", "kdf init my-student --yes --spelled-out --plugin mixup --epochs 3")}`,
    )
    .action(act<InitOptions>(async (options, terminal, [directory]) => (await import("./init-project.js")).initProject(options, terminal, directory)));
