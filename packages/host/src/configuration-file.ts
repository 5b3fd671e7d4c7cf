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

/** The same with, behind each value, where it came from: comments, which reading leaves out. `origins` by path. */
export function explainedText(configuration: object, origins: ReadonlyMap<string, string>): string {
  const { Document, isMap, isScalar, isSeq, isCollection } = yaml();
  const document = new Document(configuration);
  const explain = (node: unknown, path: readonly string[]): void => {
    if (!isMap(node)) return;
    for (const { key, value } of node.items) {
      const here = [...path, isScalar(key) ? String(key.value) : String(key)];
      const origin = origins.get(here.join("."));
      if (origin === undefined) explain(value, here);
      else if (isScalar(value) || isCollection(value)) {
        // In one line, so that the comment stands behind it.
        if (isSeq(value) || isMap(value)) value.flow = true;
        value.comment = ` ${origin}`;
      }
    }
  };
  explain(document.contents, []);
  return document.toString({ lineWidth: 0 });
}
