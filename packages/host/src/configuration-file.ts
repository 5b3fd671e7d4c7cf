import { readFileSync } from "node:fs";
import { configurationUnreadable } from "@kdf/core";
import { yaml } from "./yaml.js";

/** Reads a configuration file, YAML or JSON. KDF_CONFIGURATION_UNREADABLE names the line, and `fix` where it is no file of --config. */
export function readConfigurationFile(file: string, fix?: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = yaml().parse(readFileSync(file, "utf8"), { prettyErrors: true });
  } catch (cause) {
    const { message } = cause as Error;
    throw configurationUnreadable({ file, problem: message.split("\n")[0]?.replace(/:$/, "") ?? message, ...(fix !== undefined && { fix }) }, { cause });
  }
  if (value === null || value === undefined) return {};
  if (typeof value !== "object" || Array.isArray(value)) {
    throw configurationUnreadable({ file, problem: "it holds no keys with values", ...(fix !== undefined && { fix }) });
  }
  return value as Record<string, unknown>;
}

/** A configuration, or a part of one, as the text of a file that `--config` reads back to the same. */
export function configurationText(configuration: object): string {
  return yaml().stringify(configuration, { lineWidth: 0 });
}
