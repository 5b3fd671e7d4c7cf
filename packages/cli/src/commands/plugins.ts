import { Command } from "commander";
import type { Register } from "../command-work.js";
import { examples } from "../examples.js";
import { pluginsNew } from "./plugins-new.js";

export const plugins: Register = (act) =>
  new Command("plugins")
    .description("what plugins are there")
    .addCommand(
      new Command("list")
        .description("plugins that this project may load: what each provides, and which load by default")
        .addHelpText("after", examples("kdf plugins list", "kdf plugins list --json"))
        .action(act(async (_, terminal) => (await import("./plugins-list.js")).listPlugins(terminal))),
    )
    .addCommand(
      new Command("why")
        .description("what a name means and why, with the options and their defaults; exit 1 where it could not be loaded")
        .argument("<id>", "plugin, folder, or what one provides: cutmixpick, ./blur, network:resnet8")
        .addHelpText("after", examples("kdf plugins why cutmixpick", "kdf plugins why network:resnet8", "kdf plugins why ./my-blur --json"))
        .action(act(async (_, terminal, [name = ""]) => (await import("./plugins-why.js")).explain(terminal, name))),
    )
    .addCommand(
      new Command("doctor")
        .description("all that is wrong with the plugins at once: loads each in another process; exit 1 where something is")
        .argument("[folders...]", "plugins in folders, checked beside those that the project declares")
        .addHelpText("after", examples("kdf plugins doctor", "kdf plugins doctor ./my-blur --json"))
        .action(act(async (_, terminal, folders) => (await import("./plugins-doctor.js")).diagnose(terminal, folders))),
    )
    .addCommand(pluginsNew(act));
