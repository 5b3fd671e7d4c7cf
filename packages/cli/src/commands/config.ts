import { Command } from "commander";
import type { Register } from "../command-work.js";
import { examples } from "../examples.js";
import { addSharedOptions, collect, type PluginOptions, type SharedOptions } from "../command-options.js";

export const config: Register = (act) =>
  new Command("config")
    .description("what configures a run")
    .addCommand(
      new Command("schema")
        .description("JSON Schema of the configuration file, with the options of the installed plugins, for editors")
        .option("--plugin <folder>", "a plugin in a folder, beside the declared ones (repeatable)", collect, [])
        .addHelpText(
          "after",
          `
Loads the code of all plugins, for their options. An editor with the YAML
language server takes it by the first line of a configuration file:
  # yaml-language-server: $schema=./kdf.schema.json
${examples("kdf config schema > kdf.schema.json", "kdf config schema --plugin ./my-blur --json")}`,
        )
        .action(act<Pick<PluginOptions, "plugin">>(async (options, terminal) => (await import("./config-schema.js")).configSchema(options, terminal))),
    )
    .addCommand(
      addSharedOptions(new Command("print").description("the configuration that these options add up to, as a file that --config reads"))
        .addHelpText("after", examples("kdf config print --plugin cutmixpick", "kdf config print --config kdf.config.yaml --set seed=3 > resolved.yaml"))
        .action(act<SharedOptions>(async (options, terminal) => (await import("./config-print.js")).configPrint(options, terminal))),
    );
