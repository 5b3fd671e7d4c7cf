// The study's images: the first of Fashion-MNIST's published training images, and all of its test images, as idx files.
//   node studies/fashion-mnist/make-images.mjs PUBLISHED FOLDER
// PUBLISHED holds the four published files, for example those of Debian's package dataset-fashion-mnist. What `kdf train`
// records of the written files (sha256 of each) is in protocol.md.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

const trainingImages = 3000;
const [published, folder] = process.argv.slice(2);
if (published === undefined || folder === undefined) {
  process.stderr.write("usage: node make-images.mjs PUBLISHED FOLDER\n");
  process.exit(2);
}

/** The first `count` records of an idx file; its first size is how many there are, 4 bytes after the magic number. */
function first(idx, count) {
  const dimensions = idx[3];
  const header = 4 + 4 * dimensions;
  const record = (idx.length - header) / idx.readUInt32BE(4);
  const cut = Buffer.from(idx.subarray(0, header + count * record));
  cut.writeUInt32BE(count, 4);
  return cut;
}

const files = {
  "train-images-idx3-ubyte": (idx) => first(idx, trainingImages),
  "train-labels-idx1-ubyte": (idx) => first(idx, trainingImages),
  "t10k-images-idx3-ubyte": (idx) => idx,
  "t10k-labels-idx1-ubyte": (idx) => idx,
};
const made = Object.entries(files).map(([name, take]) => [name, take(gunzipSync(readFileSync(join(published, `${name}.gz`))))]);
mkdirSync(folder, { recursive: true });
for (const [name, idx] of made) {
  writeFileSync(join(folder, name), idx);
  process.stdout.write(`${createHash("sha256").update(idx).digest("hex")}  ${name}\n`);
}
