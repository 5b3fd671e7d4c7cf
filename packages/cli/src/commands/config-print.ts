import { composeHost, explainedText } from "@kdf/host";
import type { CommandResult } from "../command-work.js";
import { hostRequest, type SharedOptions } from "../command-options.js";
import type { Terminal } from "../terminal.js";

/** `kdf config print`: what `kdf train` with these options would write into config.yaml, and where each value came from. */
export async function configPrint(options: SharedOptions, terminal: Terminal): Promise<CommandResult> {
  const { configuration } = await composeHost(hostRequest(options, terminal));
  const complete = configuration.complete();
  return { json: complete, text: explainedText(complete, configuration.origins()).trimEnd() };
}
