import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { root } from "./pack.js";

const shipped = join(root, "plugins/datasets/fashion-mnist/files");

/** Writes the first training and test images that ship as idx files: a training on them takes seconds, and still learns. */
export function fewImages(folder: string, training: number, test: number): string {
  mkdirSync(folder, { recursive: true });
  for (const [part, count] of [["train", training], ["t10k", test]] as const) {
    for (const name of [`${part}-images-idx3-ubyte`, `${part}-labels-idx1-ubyte`]) {
      const idx = gunzipSync(readFileSync(join(shipped, `${name}.gz`)));
      const header = 4 + 4 * idx[3]!;
      const image = (idx.length - header) / idx.readUInt32BE(4);
      const few = Buffer.from(idx.subarray(0, header + count * image));
      few.writeUInt32BE(count, 4);
      writeFileSync(join(folder, name), few);
    }
  }
  return folder;
}
