import { distillerUnreadable } from "@kdf/core";
import { merge, type Values } from "./merge.js";

/** One contribution of an entry, with options of its own. */
export interface EntryPart {
  readonly id: string;
  readonly options: Values;
}

/** Makes the error that says what is wrong with an entry. */
export type RefuseEntry = (problem: string) => Error;

/**
 * Reads ids joined by `+`, each with options behind `?`, for example `cutout+cutmix`,
 * `cutmixpick?criterion=student-entropy&poolFactor=3` or, with options within options, `crd?weights.contrast=0.5+kd`.
 * `source` names where the entry stands.
 */
export function parseEntry(entry: string, source: string, refuse: RefuseEntry): EntryPart[] {
  return entry.split("+").map((part) => {
    const [id = "", query = "", ...surplus] = part.split("?");
    if (id.trim() === "") throw refuse(`${source} has an empty name in "${entry}"`);
    if (surplus.length > 0) throw refuse(`"${part}" in ${source} has more than one "?": options are joined by "&"`);
    const given = new Map<string, unknown>();
    for (const pair of query === "" ? [] : query.split("&")) {
      const [name = "", value, ...more] = pair.split("=");
      const wrong = name.split(".").includes("") || value === undefined || more.length > 0;
      if (wrong) throw refuse(`"${pair}" in ${source} is not name=value`);
      if (given.has(name)) throw refuse(`"${part}" in ${source} gives ${name} twice`);
      given.set(name, readValue(value));
    }
    return { id: id.trim(), options: [...given].map(([name, value]) => nest(name.split("."), value)).reduce(merge, {}) };
  });
}

/** The parts of `--distiller` or the setting `distiller`, each once. KDF_DISTILLER_UNREADABLE. */
export function parseDistillerEntry(entry: string): EntryPart[] {
  const refuse: RefuseEntry = (problem) => distillerUnreadable({ entry, problem });
  const parts = parseEntry(entry, "it", refuse);
  const twice = parts.find(({ id }, place) => parts.findIndex((part) => part.id === id) < place);
  if (twice !== undefined) throw refuse(`it names ${twice.id} twice`);
  return parts;
}

function readValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function nest([first = "", ...rest]: readonly string[], value: unknown): Values {
  return { [first]: rest.length === 0 ? value : nest(rest, value) };
}
