/**
 * Makes the files that ship: the first 10,000 training images and the first 2,000 test images with their labels.
 *
 *   node scripts/make-subset.mjs FOLDER
 *
 * FOLDER holds the four .gz files of the full set (Debian: /usr/share/datasets/fashion-mnist). Prints the sums that
 * stand in src/published-files.ts. The packed bytes depend on the zlib at hand, what they unpack to does not.
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";

const kept = { train: 10_000, t10k: 2_000 };
const header = { images: 16, labels: 8 };
const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: node scripts/make-subset.mjs FOLDER");
const published = readFileSync(new URL("../src/published-files.ts", import.meta.url), "utf8");
const sum = (bytes) => createHash("sha256").update(bytes).digest("hex");

for (const [part, count] of Object.entries(kept)) {
  for (const [kind, dimensions] of [["images", 3], ["labels", 1]]) {
    const name = `${part}-${kind}-idx${dimensions}-ubyte`;
    const full = gunzipSync(readFileSync(join(folder, `${name}.gz`)));
    if (!published.includes(sum(full))) throw new Error(`${name} is not the published file`);
    const rowLength = kind === "images" ? full.readUInt32BE(8) * full.readUInt32BE(12) : 1;
    const subset = Buffer.from(full.subarray(0, header[kind] + count * rowLength));
    subset.writeUInt32BE(count, 4);
    writeFileSync(new URL(`../files/${name}.gz`, import.meta.url), gzipSync(subset, { level: 9 }));
    console.log(`  "${name}": "${sum(subset)}",`);
  }
}
