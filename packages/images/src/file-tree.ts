import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { ZipArchive } from "@kdf/formats";

/** The files of a data set, in a folder or in an archive. Paths have `/` between their parts. */
export interface FileTree {
  /** The folder or archive. */
  readonly name: string;
  /** By path: what changes when the file does. */
  readonly files: ReadonlyMap<string, string>;
  /** Folders, empty ones too. */
  readonly folders: ReadonlySet<string>;
  read(path: string): Promise<Uint8Array>;
  /** Where a file is held open. */
  close?(): void;
}

/** How deep folders are looked into. */
const deepest = 4;
/** Files that are asked about at once. */
const together = 64;

/**
 * The files below some folders of `root`; links to folders are followed, as they are the user's own. Hidden files and
 * folders, whose name begins with a point, are not in it.
 */
export async function folderTree(root: string, parts: readonly string[]): Promise<FileTree> {
  const paths: string[] = [];
  const folders = new Set<string>();
  const walk = async (path: string, depth: number): Promise<void> => {
    folders.add(path);
    const entries = await readdir(join(root, path), { withFileTypes: true });
    for (const entry of entries) {
      if (entry.name.startsWith(".")) continue;
      const inner = `${path}/${entry.name}`;
      const isFolder = entry.isDirectory() || (entry.isSymbolicLink() && (await isDirectory(join(root, inner))));
      if (!isFolder) paths.push(inner);
      else if (depth < deepest) await walk(inner, depth + 1);
    }
  };
  for (const part of parts) if (await isDirectory(join(root, part))) await walk(part, 1);
  const files = new Map<string, string>();
  for (let from = 0; from < paths.length; from += together) {
    const group = paths.slice(from, from + together);
    const stats = await Promise.all(group.map((path) => stat(join(root, path)).catch(() => undefined)));
    group.forEach((path, at) => files.set(path, `${stats[at]?.size ?? "gone"} ${stats[at]?.mtimeMs ?? ""}`));
  }
  return { name: root, files, folders, read: (path) => readFile(join(root, path)) };
}

/**
 * The files of a zip archive below `prefix`, without it. Nothing is written to disk. Close it.
 * @param largest bytes that all of its files may hold together
 * @throws what `ZipArchive.open` throws
 */
export async function zipTree(file: string, { prefix, largest }: { readonly prefix: string; readonly largest: number }): Promise<FileTree> {
  const zip = await ZipArchive.open(file, { largest });
  const inside = zip.members.filter(({ path }) => path.startsWith(prefix));
  const files = new Map(inside.map(({ path, size, crc32 }) => [path.slice(prefix.length), `${size} ${crc32}`]));
  const folders = new Set<string>();
  for (const path of files.keys()) for (let at = path.indexOf("/"); at > 0; at = path.indexOf("/", at + 1)) folders.add(path.slice(0, at));
  return { name: file, files, folders, read: (path) => zip.read(prefix + path), close: () => zip.close() };
}

export async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}
