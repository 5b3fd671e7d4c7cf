import { commandLineInvalid } from "@kdf/core";
import { parseEntry, type EntryPart } from "@kdf/host";

/** Reads an entry of `--augmenters`: see `parseEntry`. A refusal names the `command`. */
export const parseAugmenterEntry = (entry: string, command: string): EntryPart[] =>
  parseEntry(entry, "--augmenters", (problem) => commandLineInvalid({ problem: `${problem}.`, command }));
