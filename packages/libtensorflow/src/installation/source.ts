import { existsSync, statSync } from "node:fs";
import { copyFile, cp, constants, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { installationRefused, type InstallationProgress } from "@kdf/core";
import { download } from "@kdf/data";
import { demandPlatform } from "../wheel/platform.js";
import { findWheel } from "../wheel/wheel-index.js";
import { libraries, Wheel } from "../wheel/wheel-file.js";

/** Where libtensorflow comes from. */
export interface LibrarySource {
  /** What the record says of it; an installation with the same is the same. */
  readonly description: Readonly<Record<string, string>>;
  /** Bytes of disk that it takes while it is installed, about. */
  readonly bytes: number;
  /** Puts the libraries and `include/` into `directory`. */
  provide(directory: string, onProgress: (progress: InstallationProgress) => void, signal?: AbortSignal): Promise<void>;
}

export interface SourceChoice {
  readonly name: string;
  readonly project: string;
  readonly version: string;
  readonly wheel?: string | undefined;
  readonly folder?: string | undefined;
  readonly index: string;
  readonly downloads: string;
}

const unpacked = 1300e6;
const packed = 600e6;

/** The source that the options choose. What is wrong with a given file or folder is said here. */
export async function chooseSource(choice: SourceChoice): Promise<LibrarySource> {
  const { name, wheel, folder } = choice;
  const platform = demandPlatform(name);
  if (wheel !== undefined && folder !== undefined) {
    throw installationRefused({ name, problem: "wheel and folder are both given", expected: "one of them", fix: "leave one out" });
  }
  if (folder !== undefined) return folderSource(name, resolve(folder));
  if (wheel !== undefined) {
    const file = resolve(wheel);
    const { project, version } = await checked(file, platform);
    return { description: { source: "wheel", project, version, file }, bytes: unpacked, provide: (...at) => unpack(file, platform, ...at) };
  }
  const { project, version, index, downloads } = choice;
  return {
    description: { source: "wheel", project, version, index },
    bytes: unpacked + packed,
    async provide(directory, onProgress, signal) {
      const found = await findWheel({ index, project, version }, platform);
      const file = await download({
        urls: [found.url],
        file: found.filename,
        sha256: found.sha256,
        ...(found.size !== undefined && { size: found.size }),
        cacheDirectory: downloads,
        onProgress: ({ bytes, total }) => onProgress({ step: `fetching ${found.filename}`, bytes, ...(total !== undefined && { total }) }),
        fix: `check the connection and try again: what was fetched is kept; or fetch it elsewhere (pip download --no-deps ${project}==${version}), then --set wheel=FILE`,
        ...(signal && { signal }),
      });
      await unpack(file, platform, directory, onProgress, signal);
      await rm(file);
    },
  };
}

async function checked(file: string, platform: Parameters<Wheel["check"]>[0]) {
  const wheel = await Wheel.open(file);
  try {
    return await wheel.check(platform);
  } finally {
    wheel.close();
  }
}

async function unpack(
  file: string,
  platform: Parameters<Wheel["check"]>[0],
  directory: string,
  onProgress: (progress: InstallationProgress) => void,
  signal?: AbortSignal,
): Promise<void> {
  const wheel = await Wheel.open(file);
  try {
    await wheel.check(platform);
    let bytes = 0;
    await wheel.extract(directory, (more) => onProgress({ step: "unpacking libtensorflow", bytes: (bytes += more), total: wheel.size }), signal);
  } finally {
    wheel.close();
  }
}

/** A folder as a wheel unpacks to (`tensorflow/`), or as TensorFlow's releases of the C library do (`lib/`, `include/`). */
function folderSource(name: string, folder: string): LibrarySource {
  const places = [folder, join(folder, "lib"), join(folder, "tensorflow")];
  const choices = [libraries, ["libtensorflow.so.2", "libtensorflow_framework.so.2"]];
  const found = places.flatMap((place) => choices.filter((files) => files.every((file) => existsSync(join(place, file)))).map((files) => ({ place, files })))[0];
  const include = [join(folder, "include"), join(folder, "tensorflow", "include")].find((place) => existsSync(join(place, "tensorflow/c/c_api.h")));
  if (found === undefined || include === undefined) {
    throw installationRefused({
      name,
      problem: `${folder} holds no ${found === undefined ? libraries.join(" and ") : "include/tensorflow/c/c_api.h"}`,
      expected: "the folder `tensorflow` of an installed tensorflow for Python, or an unpacked release of libtensorflow",
      fix: "name another folder, or leave --set folder=FOLDER out: then a wheel is fetched",
    });
  }
  const { place, files } = found;
  return {
    description: { source: "folder", folder },
    bytes: files.reduce((sum, file) => sum + statSync(join(place, file)).size, 0),
    async provide(directory, onProgress) {
      onProgress({ step: "copying libtensorflow" });
      for (const file of files) await copyFile(join(place, file), join(directory, file), constants.COPYFILE_FICLONE);
      const wanted = /\/include(\/(tensorflow|tensorflow\/(c|core|core\/platform)(\/.*)?|tsl(\/.*)?|xla|xla\/tsl(\/.*)?))?$/;
      await cp(include, join(directory, "include"), { recursive: true, filter: (source) => wanted.test(source) || source === include });
    },
  };
}
