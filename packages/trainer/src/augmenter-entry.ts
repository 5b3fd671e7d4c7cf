import { commandLineInvalid } from "@kdf/core";

/** One augmenter of a chain, with options of its own. */
export interface ChainLink {
  readonly id: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * Reads an entry of `--augmenters`: ids joined by `+`, each with options behind `?`,
 * for example `cutout+cutmix` or `cutmixpick?criterion=student-entropy&poolFactor=3`.
 */
export function parseAugmenterEntry(entry: string): ChainLink[] {
  return entry.split("+").map((link) => {
    const [id = "", query = ""] = link.split("?", 2);
    if (id.trim() === "") {
      throw commandLineInvalid({ problem: `--augmenters has an empty name in "${entry}".`, command: "rank" });
    }
    const options: Record<string, unknown> = {};
    for (const pair of query === "" ? [] : query.split("&")) {
      const [name, value] = pair.split("=", 2);
      if (name === undefined || name === "" || value === undefined) {
        throw commandLineInvalid({ problem: `"${pair}" in --augmenters is not name=value.`, command: "rank" });
      }
      options[name] = readValue(value);
    }
    return { id: id.trim(), options };
  });
}

function readValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
