import { composeHost, configurationText } from "@kdf/host";
import type { CommandResult } from "../command-work.js";
import { hostRequest, type SharedOptions } from "../command-options.js";
import type { Terminal } from "../terminal.js";

/** `kdf config print`: what `kdf train` with these options would write into config.yaml. */
export async function configPrint(options: SharedOptions, terminal: Terminal): Promise<CommandResult> {
  const configuration = (await composeHost(hostRequest(options, terminal))).configuration.complete();
  return { json: configuration, text: configurationText(configuration).trimEnd() };
}
