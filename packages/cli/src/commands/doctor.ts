import { Command } from "commander";
import type { Register } from "../command-work.js";
import { examples } from "../examples.js";
import { addOptions } from "../command-options.js";
import type { DoctorOptions } from "./doctor-run.js";

export const doctor: Register = (act) =>
  addOptions(
    new Command("doctor").description(
      "whether this machine and project can train: Node, engines, memory, folders, configuration; exit 1 where something stands in the way",
    ),
    ["plugins", "data", "settings"],
  )
    .addHelpText(
      "after",
      `
Each engine is started in a process of its own. Without --config,
kdf.config.yaml is checked where there is one. Nothing is written.
${examples("kdf doctor", "kdf doctor --config experiment.yaml --data-dir ../images", "kdf doctor --set wasm.threads=1 --json")}`,
    )
    .action(act<DoctorOptions>(async (options, terminal) => (await import("./doctor-run.js")).runDoctor(options, terminal)));
