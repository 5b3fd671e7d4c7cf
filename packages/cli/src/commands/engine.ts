import { Command } from "commander";
import type { Register } from "../command-work.js";
import { collect } from "../command-options.js";
import { examples } from "../examples.js";
import type { EngineOptions } from "./engine-installation.js";

export const engine: Register = (act) =>
  new Command("engine")
    .description("fetch and build what an engine needs beside npm packages")
    .addCommand(
      new Command("install")
        .description("fetch and build it, into a cache that npm ci does not reach")
        .argument("<name>", "for example tensorflow")
        .option("--set <option=value>", "an option of the installation (repeatable); kdf plugins why NAME lists them", collect, [])
        .addHelpText(
          "after",
          examples("kdf engine install tensorflow", "kdf engine install tensorflow --set wheel=tensorflow_cpu.whl", "kdf engine install tensorflow-gpu --set cuda=fetch"),
        )
        .action(act<EngineOptions>(async (options, terminal, [name]) => (await import("./engine-installation.js")).install(options, terminal, name!))),
    )
    .addCommand(
      new Command("list")
        .description("what can be installed, and what is")
        .addHelpText("after", examples("kdf engine list", "kdf engine list --json"))
        .action(act(async (_, terminal) => (await import("./engine-installation.js")).list(terminal))),
    )
    .addCommand(
      new Command("verify")
        .description("compare every file of an installation with its sum")
        .argument("<name>", "for example tensorflow")
        .addHelpText("after", examples("kdf engine verify tensorflow", "kdf engine verify tensorflow --json"))
        .action(act(async (_, terminal, [name]) => (await import("./engine-installation.js")).verify(terminal, name!))),
    )
    .addCommand(
      new Command("remove")
        .description("delete an installation")
        .argument("<name>", "for example tensorflow")
        .addHelpText("after", examples("kdf engine remove tensorflow", "kdf engine remove tensorflow --json"))
        .action(act(async (_, terminal, [name]) => (await import("./engine-installation.js")).remove(terminal, name!))),
    );
