import { existsSync, realpathSync, statSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { installationRefused } from "@kdf/core";
import type { Platform } from "../wheel/platform.js";
import { headers } from "../wheel/requirement.js";
import { libraries } from "../wheel/tensorflow-wheel.js";
import { libraryPlatform } from "./elf.js";

/** libtensorflow in a folder, as it stands there. */
export interface LibraryFolder {
  /** The libraries' files, links followed, by the name that the loader knows. */
  readonly files: Readonly<Record<string, string>>;
  readonly include: string;
  /** Bytes of the libraries. */
  readonly bytes: number;
  /** METADATA of the wheel that it was installed from, where that stands beside it. */
  readonly metadata: string | undefined;
  readonly version: string | undefined;
}

/** What a refusal says beside the problem. */
export interface FolderWords {
  readonly name: string;
  /** What is looked at, as the user named it. */
  readonly subject: string;
  readonly expected: string;
  readonly fix: string;
}

/** Of a wheel, and of TensorFlow's releases of the C library. */
const choices = [libraries, ["libtensorflow.so.2", "libtensorflow_framework.so.2"]] as const;

/**
 * Finds libtensorflow in a folder as a wheel unpacks to (`tensorflow/`), or as TensorFlow's releases of the C library do
 * (`lib/`, `include/`). KDF_INSTALLATION_REFUSED where it or its headers are missing, or it is made for another platform.
 */
export async function findLibraries(folder: string, platform: Platform, { name, subject, expected, fix }: FolderWords): Promise<LibraryFolder> {
  const refused = (problem: string): Error => installationRefused({ name, problem: `${subject} ${problem}`, expected, fix });
  const places = [folder, join(folder, "lib"), join(folder, "tensorflow")];
  const found = places.flatMap((place) => choices.filter((files) => files.every((file) => existsSync(join(place, file)))).map((files) => ({ place, files })))[0];
  const include = [join(folder, "include"), join(folder, "tensorflow", "include")].find((place) => existsSync(join(place, "tensorflow/c/c_api.h")));
  if (found === undefined) throw refused(`holds no ${libraries.join(" and ")}`);
  if (include === undefined) throw refused("holds no include/tensorflow/c/c_api.h");
  const files = Object.fromEntries(found.files.map((file) => [file, realpathSync(join(found.place, file))]));
  for (const [file, path] of Object.entries(files)) {
    const made = await libraryPlatform(path);
    if (made !== platform) throw refused(`holds a ${file} that is ${made === undefined ? "no library for Linux on x64 or arm64" : `made for ${made}`}, and this machine is ${platform}`);
  }
  const metadata = await metadataBeside(found.place);
  return {
    files,
    include,
    bytes: Object.values(files).reduce((sum, file) => sum + statSync(file).size, 0),
    metadata,
    version: metadata === undefined ? undefined : headers(metadata, "Version")[0],
  };
}

/** Of `site-packages/tensorflow`: `site-packages/tensorflow-2.21.0.dist-info/METADATA`. */
async function metadataBeside(place: string): Promise<string | undefined> {
  const parent = dirname(place);
  const [folder] = (await readdir(parent).catch(() => [])).filter((entry) => /^tensorflow(_cpu)?-[^-]+\.dist-info$/.test(entry));
  return folder === undefined ? undefined : readFile(join(parent, folder, "METADATA"), "utf8").catch(() => undefined);
}
