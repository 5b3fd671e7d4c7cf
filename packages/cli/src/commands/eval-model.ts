import { commandLineInvalid } from "@kdf/core";
import { evaluateModel } from "@kdf/trainer";
import type { CommandResult } from "../command-work.js";
import { formatCell } from "../output/format.js";
import { formatTable } from "../output/table.js";
import { neededConfiguration } from "../needed-configuration.js";
import { hostRequest, type PluginOptions, type ValueOptions } from "../command-options.js";
import { composeWithEngine } from "./choose-engine.js";
import type { Terminal } from "../terminal.js";

export interface EvalOptions extends PluginOptions, Pick<ValueOptions, "dataset" | "dataDir" | "onBadImage" | "engine"> {
  readonly split: string;
}

/** `kdf eval` */
export async function evalModel(options: EvalOptions, terminal: Terminal, [model]: readonly string[]): Promise<CommandResult> {
  const { split } = options;
  if (split !== "test" && split !== "validation") {
    throw commandLineInvalid({ problem: `--split ${split} is neither test nor validation.`, command: "eval" });
  }
  const host = await composeWithEngine(hostRequest(options, terminal), terminal);
  const configuration = neededConfiguration(host.configuration, ["dataset", "engine", "metrics", "validation"]);
  const outcome = await evaluateModel({ container: host.container, configuration, model: model!, split });
  const rows = Object.entries(outcome.metrics).map(([name, value]) => [name, formatCell(name, value)]);
  return {
    text: `${outcome.network} on ${outcome.images} ${split} images of ${outcome.dataset}\n\n${formatTable(["metric", "value"], rows)}`,
    json: outcome,
  };
}
