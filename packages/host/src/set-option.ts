import { configurationSchema, setMalformed, setPathUnknown } from "@kdf/core";
import type { PluginIndex } from "./plugin-index.js";
import type { Values } from "./merge.js";
import { yaml } from "./yaml.js";

/**
 * Reads `--set path=value` into the values that it stands for. A path begins with a key of the configuration
 * (`optimizer.learningRate=0.1`), or with a contribution, by id or `kind:id`, whose option follows
 * (`cutmixpick.poolFactor=3` is `options.cutmixpick.poolFactor`). The value is read as YAML, and as plain text where
 * it is none. KDF_SET_MALFORMED, KDF_SET_PATH_UNKNOWN.
 */
export function readSetOption(text: string, index: PluginIndex): Values {
  const equals = text.indexOf("=");
  const path = text.slice(0, equals);
  if (equals < 1 || path.split(".").some((part) => part.trim() === "")) throw setMalformed({ text });
  return nest(placeOf(path, index), readValue(text.slice(equals + 1), text));
}

function placeOf(path: string, index: PluginIndex): string[] {
  const names = contributionNames(index);
  const parts = path.split(".");
  if (Object.hasOwn(configurationSchema.shape, parts[0] ?? "")) return parts;
  // An id may hold dots itself, so the longest one that fits is meant.
  for (let length = parts.length; length > 0; length -= 1) {
    const name = parts.slice(0, length).join(".");
    if (names.has(name)) return ["options", name, ...parts.slice(length)];
  }
  throw unknownPath(path, index);
}

/** KDF_SET_PATH_UNKNOWN, with names of the form that the path has: ids and keys, or `kind:id`. */
export function unknownPath(path: string, index: PluginIndex): Error {
  const known = new Set([...Object.keys(configurationSchema.shape), ...contributionNames(index)]);
  return setPathUnknown({ path, known: [...known].filter((name) => name.includes(":") === path.includes(":")) });
}

/** By what names `options` may address the contributions of a project's plugins: ids, and `kind:id`. */
export function contributionNames(index: PluginIndex): Set<string> {
  const { contributions } = index;
  return new Set([...contributions.map((text) => text.slice(text.indexOf(":") + 1)), ...contributions]);
}

function readValue(value: string, text: string): unknown {
  try {
    return yaml().parse(value);
  } catch {
    // Text such as `@scope/name` begins with a sign that YAML reserves; a broken list is a mistake.
    if (/^\s*[[{"']/.test(value)) throw setMalformed({ text });
    return value;
  }
}

function nest(path: readonly string[], value: unknown): Values {
  const [first = "", ...rest] = path;
  return Object.fromEntries([[first, rest.length === 0 ? value : nest(rest, value)]]);
}
