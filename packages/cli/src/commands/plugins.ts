import { Command } from "commander";
import type { Register } from "../command-work.js";
import { pluginsNew } from "./plugins-new.js";

export const plugins: Register = (act) =>
  new Command("plugins")
    .description("what plugins are there")
    .addCommand(
      new Command("list")
        .description("plugins that this project may load: what each provides, and which load by default")
        .action(act(async (_, terminal) => (await import("./plugins-list.js")).listPlugins(terminal))),
    )
    .addCommand(pluginsNew(act));
