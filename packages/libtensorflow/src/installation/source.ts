import { copyFile, cp, constants, mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { dataChecksumWrong, installationRefused, type InstallationProgress } from "@kdf/core";
import { download, hashFile } from "@kdf/data";
import type { TensorflowFacts } from "../cuda/cuda-source.js";
import type { Platform } from "../wheel/platform.js";
import { tensorflowFiles, withTensorflowWheel } from "../wheel/tensorflow-wheel.js";
import { findWheel } from "../wheel/wheel-index.js";
import { archiveSource } from "./archive-source.js";
import { findLibraries } from "./library-folder.js";
import type { LibrarySource } from "./library-source.js";

export interface SourceChoice {
  readonly name: string;
  readonly platform: Platform;
  readonly project: string;
  readonly version: string;
  readonly index: string;
  readonly wheel?: string | undefined;
  readonly archive?: string | undefined;
  readonly folder?: string | undefined;
  readonly sha256?: string | undefined;
  /** Where what is fetched stays until the installation is complete. */
  readonly downloads: string;
}

const unpacked = 1300e6;
const packed = 600e6;

/** The source that the options choose. What is wrong with a given file or folder is said here. */
export async function chooseSource(choice: SourceChoice): Promise<LibrarySource> {
  const { name, platform, wheel, archive, folder, sha256 } = choice;
  const given = Object.entries({ wheel, archive, folder }).filter(([, value]) => value !== undefined).map(([option]) => option);
  if (given.length > 1) {
    throw installationRefused({ name, problem: `${given.join(" and ")} are both given`, expected: "one of them", fix: "leave one out" });
  }
  if (sha256 !== undefined && wheel === undefined && archive === undefined) {
    throw installationRefused({ name, problem: "a sum is given, and no file that has it", expected: "sha256 together with wheel or archive", fix: "leave --set sha256=SUM out: what the index names is checked by itself" });
  }
  const file = wheel ?? (archive !== undefined && !/^https?:/.test(archive) ? archive : undefined);
  if (folder !== undefined) return folderSource(name, resolve(folder), platform);
  if (archive !== undefined) {
    const source = await archiveSource({ ...choice, archive, sha256 });
    if (file !== undefined) await demandSum(resolve(file), sha256);
    return source;
  }
  if (wheel === undefined) return indexSource(choice);
  const source = await wheelSource(resolve(wheel), platform);
  await demandSum(resolve(wheel), sha256);
  return source;
}

async function wheelSource(file: string, platform: Platform): Promise<LibrarySource> {
  const { project, version, metadata } = await withTensorflowWheel(file, platform, (_, contents) => contents);
  return {
    description: { source: "wheel", project, version, file },
    bytes: unpacked,
    facts: { version, metadata },
    provide: (...at) => unpack(file, platform, ...at),
  };
}

function indexSource({ project, version, index, downloads, platform }: SourceChoice): LibrarySource {
  const elsewhere = `fetch the wheel elsewhere (pip download --no-deps ${project}==${version}), then --set wheel=FILE`;
  return {
    description: { source: "wheel", project, version, index },
    bytes: unpacked + packed,
    async provide(directory, onProgress, signal) {
      const found = await findWheel({ index, project, specifier: `==${version}`, fix: { version: "choose one with --set version=VERSION", index: elsewhere } }, platform);
      const file = await download({
        urls: [found.url],
        file: found.filename,
        sha256: found.sha256,
        ...(found.size !== undefined && { size: found.size }),
        cacheDirectory: downloads,
        onProgress: ({ bytes, total }) => onProgress({ step: `fetching ${project} ${version}`, bytes, ...(total !== undefined && { total }) }),
        fix: `check the connection and try again: what was fetched is kept; or ${elsewhere}`,
        ...(signal && { signal }),
      });
      return unpack(file, platform, directory, onProgress, signal);
    },
  };
}

function unpack(file: string, platform: Platform, directory: string, onProgress: (progress: InstallationProgress) => void, signal?: AbortSignal): Promise<TensorflowFacts> {
  return withTensorflowWheel(file, platform, async (wheel, { version, metadata }) => {
    const total = wheel.size(tensorflowFiles);
    let bytes = 0;
    await wheel.extract(tensorflowFiles, directory, (more) => onProgress({ step: "unpacking libtensorflow", bytes: (bytes += more), total }), signal);
    return { version, metadata };
  });
}

async function folderSource(name: string, folder: string, platform: Platform): Promise<LibrarySource> {
  const { files, include, bytes, version, metadata } = await findLibraries(folder, platform, {
    name,
    subject: folder,
    expected: "the folder `tensorflow` of an installed tensorflow for Python, or an unpacked release of libtensorflow",
    fix: "name another folder, or leave --set folder=FOLDER out: then a wheel is fetched",
  });
  return {
    description: { source: "folder", folder },
    bytes,
    facts: { version, metadata },
    async provide(directory, onProgress) {
      onProgress({ step: "copying libtensorflow" });
      await mkdir(join(directory, "lib"));
      for (const [library, file] of Object.entries(files)) await copyFile(file, join(directory, "lib", library), constants.COPYFILE_FICLONE);
      const wanted = /\/include(\/(tensorflow|tensorflow\/(c|core|core\/platform)(\/.*)?|tsl(\/.*)?|xla|xla\/tsl(\/.*)?))?$/;
      await cp(include, join(directory, "include"), { recursive: true, filter: (source) => wanted.test(source) || source === include });
      return { version, metadata };
    },
  };
}

async function demandSum(file: string, expected: string | undefined): Promise<void> {
  if (expected === undefined) return;
  const got = await hashFile(file, "sha256");
  if (got !== expected.toLowerCase()) throw dataChecksumWrong({ file, algorithm: "sha256", got, expected, fix: "fetch it again, or correct --set sha256=SUM" });
}
