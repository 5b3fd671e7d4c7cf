import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { cached, run } from "./cached.js";

/** The files of a Debian package, unpacked and not installed: the folder stands for `/`. */
export function debianPackage(name: string): Promise<string> {
  return cached(`debian-${name}`, async (folder) => {
    await download(name, folder);
    const archive = (await readdir(folder)).find((file) => file.endsWith(".deb"));
    if (archive === undefined) throw new Error(`apt-get download ${name} left no .deb file`);
    await run("dpkg", ["--extract", join(folder, archive), folder]);
  });
}

/** A new machine has no package lists yet: they are fetched when the first attempt fails. */
async function download(name: string, folder: string): Promise<void> {
  try {
    await run("apt-get", ["download", name], folder);
  } catch {
    await run("apt-get", ["update"]);
    await run("apt-get", ["download", name], folder);
  }
}

/** The four idx files of the full Fashion-MNIST, as Debian's package dataset-fashion-mnist has them. */
export async function fashionMnistFolder(): Promise<string> {
  return join(await debianPackage("dataset-fashion-mnist"), "usr/share/datasets/fashion-mnist");
}
