import { automatic, composeWithEngine } from "../commands/choose-engine.js";
import { terminalLogger, type Terminal } from "../terminal.js";
import type { Study } from "./study-file.js";

/** The study with the engine of the command line, if one is given there. */
export const withEngine = (study: Study, engine: string | undefined): Study =>
  engine === undefined ? study : { ...study, settings: { ...study.settings, engine } };

/** The study with the fastest engine that starts in the place of `auto`: all of its cells compute with the same. */
export async function withFoundEngine(study: Study, terminal: Terminal): Promise<Study> {
  if (study.settings["engine"] !== automatic) return study;
  const request = { directory: terminal.directory, logger: terminalLogger(terminal), preset: null, values: { engine: automatic } };
  const host = await composeWithEngine(request, terminal);
  return withEngine(study, host.configuration.given["engine"] as string);
}
