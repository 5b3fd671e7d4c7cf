import { commandLineInvalid } from "@kdf/core";

/** One augmenter of a chain, with options of its own. */
export interface ChainLink {
  readonly id: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * Reads an entry of `--augmenters`: ids joined by `+`, each with options behind `?`,
 * for example `cutout+cutmix` or `cutmixpick?criterion=student-entropy&poolFactor=3`. A refusal names the `command`.
 */
export function parseAugmenterEntry(entry: string, command: string): ChainLink[] {
  const refuse = (problem: string): Error => commandLineInvalid({ problem, command });
  return entry.split("+").map((link) => {
    const [id = "", query = "", ...surplus] = link.split("?");
    if (id.trim() === "") throw refuse(`--augmenters has an empty name in "${entry}".`);
    if (surplus.length > 0) throw refuse(`"${link}" in --augmenters has more than one "?": options are joined by "&".`);
    const options = new Map<string, unknown>();
    for (const pair of query === "" ? [] : query.split("&")) {
      const [name = "", value, ...more] = pair.split("=");
      if (name === "" || value === undefined || more.length > 0) throw refuse(`"${pair}" in --augmenters is not name=value.`);
      if (options.has(name)) throw refuse(`"${link}" in --augmenters gives ${name} twice.`);
      options.set(name, readValue(value));
    }
    return { id: id.trim(), options: Object.fromEntries(options) };
  });
}

function readValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
