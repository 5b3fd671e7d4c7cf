import { readFile } from "node:fs/promises";
import { dataFileInvalid, dataFileMissing } from "@kdf/core";
import { sha256 } from "@kdf/data";
import { cmcClasses } from "./cmc-classes.js";
import type { Options } from "./options.js";

export interface ClassList {
  /** Sorted: a class's place is its label. */
  readonly classes: readonly string[];
  /** Where the list is from. */
  readonly origin: string;
  /** sha256, in hexadecimal, of the sorted ids, each followed by a line feed. */
  readonly hash: string;
}

/** @throws KDF_DATA_FILE_MISSING, KDF_DATA_FILE_INVALID for a file that is not a list of WordNet ids */
export async function classList({ classes }: Pick<Options, "classes">): Promise<ClassList> {
  if (classes === undefined) return listed(cmcClasses, "CMC");
  return typeof classes === "string" ? listed(await fromFile(classes), classes) : listed(classes, "options");
}

function listed(given: readonly string[], origin: string): ClassList {
  const classes = [...given].sort();
  const twice = classes.find((id, place) => id === classes[place + 1]);
  if (twice !== undefined) throw dataFileInvalid({ file: `the list of classes (${origin})`, problem: `it has ${twice} twice`, expected: "each class once" });
  return { classes, origin, hash: sha256(Buffer.from(classes.map((id) => `${id}\n`).join(""))) };
}

async function fromFile(file: string): Promise<string[]> {
  const text = await readFile(file, "utf8").catch(() => {
    throw dataFileMissing({ dataset: "imagenet100", file: "its list of classes", looked: [file], fix: "correct the path in --set imagenet100.classes=…, or leave it out for the list of CMC" });
  });
  const ids = text.split(/\s+/).filter((word) => word !== "");
  const wrong = ids.find((id) => !/^n\d{8}$/.test(id));
  if (wrong !== undefined || ids.length < 2) {
    throw dataFileInvalid({ file, problem: wrong === undefined ? `it has ${ids.length} classes` : `it has the word ${JSON.stringify(wrong.slice(0, 40))}`, expected: "WordNet ids as n02869837, one a line, two or more" });
  }
  return ids;
}
