import { Command } from "commander";
import type { Register } from "../command-work.js";
import { examples } from "../examples.js";
import type { NewPluginOptions } from "./plugins-new-package.js";

export const pluginsNew: Register = (act) =>
  new Command("new")
    .description("write a plugin of your own: a package that works, with its tests")
    .argument("<kind>", "augmenter, distiller, metric, dataset or network")
    .argument("<id>", "its name in options, for example brighten")
    .option("--directory <folder>", "where to write it; ./kdf-plugin-ID unless given")
    .option("--scope <@name>", "the package is @name/kdf-plugin-ID")
    .addHelpText(
      "after",
      examples("kdf plugins new augmenter brighten", "kdf plugins new metric calibration --scope @acme --directory metrics/mine"),
    )
    .action(
      act<NewPluginOptions>(async (options, terminal, positional) =>
        (await import("./plugins-new-package.js")).newPlugin(options, terminal, positional),
      ),
    );
