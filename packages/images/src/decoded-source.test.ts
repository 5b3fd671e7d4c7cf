import { mkdtempSync, readFileSync, rmSync, unlinkSync, writeFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, expect, test } from "vitest";
import { decodeImage } from "./decode-image.js";
import { DecodedSource, type DecodedSourceOptions } from "./decoded-source.js";
import { DecodingThreads } from "./decoding-threads.js";
import { centreCrop } from "./crops.js";
import { folderTree, type FileTree } from "./file-tree.js";

const fixtures = fileURLToPath(new URL("../../../test/external/datasets/fixtures", import.meta.url));
const framing = { size: 24, resize: 30 };
const crop = { scale: [0.08, 1], ratio: [3 / 4, 4 / 3] } as const;
const inThisThread = new DecodingThreads(0);
const threads: DecodingThreads[] = [];
afterEach(() => Promise.all(threads.splice(0).map((some) => some.end())));
const folder = mkdtempSync(join(tmpdir(), "kdf-decoded-"));
afterAll(() => rmSync(folder, { recursive: true }));

const counting = (tree: FileTree): FileTree & { read: FileTree["read"]; readonly asked: string[] } => {
  const asked: string[] = [];
  return { ...tree, asked, read: (path) => (asked.push(path), tree.read(path)) };
};
const tree = await folderTree(join(fixtures, "image-folder"), ["train"]);
const files = [...tree.files.keys()].sort().map((path, identity) => ({ path, label: identity % 3, identity: 100 + identity }));
const make = (changes: Partial<DecodedSourceOptions> = {}): DecodedSource => new DecodedSource({ tree, files, framing, threads: inThisThread, keep: false, ...changes });

test("gives each file's image, in the order asked", async () => {
  const source = make();
  expect(source.length).toBe(36);
  expect(source.identities[3]).toBe(103);
  const pixels = await source.read(Int32Array.of(20, 3));
  const expected = await Promise.all([20, 3].map(async (row) => centreCrop(await decodeImage(await tree.read(files[row]!.path)), framing)));
  expect(Buffer.compare(pixels, Buffer.concat(expected))).toBe(0);
});

test("where images are kept, each file is read once, and gives the same", async () => {
  const watched = counting(tree);
  const kept = make({ tree: watched, keep: true });
  const rows = Int32Array.of(5, 6, 5);
  const first = await kept.read(rows);
  expect(watched.asked.length).toBe(3);
  expect(await kept.read(rows)).toEqual(first);
  expect(await kept.read(Int32Array.of(6, 7))).toEqual(await make().read(Int32Array.of(6, 7)));
  expect(watched.asked.length).toBe(4);
});

test("after a check nothing that is kept is read again", async () => {
  const watched = counting(tree);
  const kept = make({ tree: watched, keep: true });
  expect(await kept.check(() => {})).toEqual(new Map());
  await kept.read(Int32Array.from({ length: 36 }, (_, row) => row));
  expect(watched.asked.length).toBe(36);
});

test("a thread gives what none gives, crops too", async () => {
  const one = new DecodingThreads(1);
  threads.push(one);
  const rows = Int32Array.from({ length: 36 }, (_, row) => 35 - row);
  const draws = Float64Array.from({ length: 36 * 40 }, (_, at) => ((at * 7919) % 1000) / 1000);
  const [none, some] = [make({ crop }), make({ crop, threads: one })];
  expect(Buffer.compare(await some.read(rows), await none.read(rows))).toBe(0);
  const cropped = await some.readCropped!(rows, draws);
  expect(Buffer.compare(cropped, await none.readCropped!(rows, draws))).toBe(0);
  expect(draws.length).toBe(36 * 40); // Not moved to a thread.
  // Each image is made from its own draws.
  const last = await none.readCropped!(Int32Array.of(0), draws.slice(35 * 40));
  expect(Buffer.compare(cropped.subarray(35 * 24 * 24 * 3), last)).toBe(0);
}, 30_000);

test("a check names each damaged image; reading one names its file", async () => {
  mkdirSync(join(folder, "train/a"), { recursive: true });
  for (const name of ["rgb.jpg", "damaged/cut-off.jpg", "grey.png", "damaged/text.jpg"]) {
    writeFileSync(join(folder, "train/a", name.replace("/", "-")), readFileSync(join(fixtures, "images", name)));
  }
  const own = await folderTree(folder, ["train"]);
  const given = [...own.files.keys()].sort().map((path, identity) => ({ path, label: 0, identity }));
  const source = make({ tree: own, files: given });
  unlinkSync(join(folder, "train/a/rgb.jpg"));
  expect([...(await source.check(() => {}))]).toEqual([
    [0, expect.stringMatching(/premature end/i)],
    [1, "it is no JPEG, PNG or WebP image"],
    [3, expect.stringMatching(/ENOENT/)],
  ]);
  await expect(source.read(Int32Array.of(2, 0))).rejects.toMatchObject({ code: "KDF_IMAGE_UNREADABLE", kind: "run", message: /train\/a\/damaged-cut-off.jpg/ });
});
