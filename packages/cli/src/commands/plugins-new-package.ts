import { createdText, createPlugin } from "@kdf/create-plugin";
import type { CommandResult } from "../command-work.js";
import type { Terminal } from "../terminal.js";

export interface NewPluginOptions {
  readonly directory?: string;
  readonly scope?: string;
}

/** `kdf plugins new`: what `npm create @kdf/plugin` does. */
export function newPlugin({ directory, scope }: NewPluginOptions, terminal: Terminal, [kind = "", id = ""]: readonly string[]): CommandResult {
  const created = createPlugin({
    kind,
    id,
    from: terminal.directory,
    ...(directory !== undefined && { directory }),
    ...(scope !== undefined && { scope }),
  });
  return { json: created, text: createdText(created) };
}
