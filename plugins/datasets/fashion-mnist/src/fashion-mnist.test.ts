import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { isPlugin, parseOptions, type Dataset, type PluginContext } from "@kdf/core";
import { idxFileNames as fileNames, type IdxFileName as FileName } from "@kdf/data";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import plugin from "./index.js";

interface FixtureRow {
  readonly label: number;
  readonly pixels: string;
}
interface FixturePart {
  readonly rows: Record<string, FixtureRow>;
  readonly subset: { readonly images: number; readonly pixelSum: number; readonly perClass: number[] };
  readonly full: { readonly mean: number; readonly std: number };
}
/** Read by NumPy from the published files: scripts/make-fixture.py. */
const fixture = JSON.parse(readFileSync(new URL("../fixtures/rows.json", import.meta.url), "utf8")) as Record<
  "training" | "test",
  FixturePart
>;
const shipped = (name: FileName): Buffer => readFileSync(new URL(`../files/${name}.gz`, import.meta.url));
const code = (expected: string) => expect.objectContaining({ code: expected });

let folder: string;
let context: PluginContext;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kdf-fashion-mnist-"));
  context = {
    create: () => Promise.reject(new Error("nothing else is needed")),
    ids: () => [],
    logger: { info: () => {}, warn: () => {} },
    cacheDirectory: join(folder, "cache"),
  };
});
afterEach(() => rmSync(folder, { recursive: true }));

const definition = plugin.provides.dataset!["fashion-mnist"]!;
async function make(given: Record<string, unknown> = {}, changes: Partial<PluginContext> = {}): Promise<Dataset> {
  return definition.create(await parseOptions(definition.options, given, "dataset:fashion-mnist"), { ...context, ...changes });
}

/** An idx file: `sizes` in its header, then the bytes. */
function idx(sizes: number[], bytes: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  header.writeUInt32BE(0x800 + sizes.length);
  sizes.forEach((size, dimension) => header.writeUInt32BE(size, 4 + 4 * dimension));
  return Buffer.concat([header, bytes]);
}

/** Writes a small data set of the user's own, with some files replaced. */
function writeOwn(replaced: Partial<Record<FileName, Buffer>> = {}, directory = folder): void {
  const files: Record<FileName, Buffer> = {
    "train-images-idx3-ubyte": idx([12, 28, 28], Buffer.alloc(12 * 784, 7)),
    "train-labels-idx1-ubyte": idx([12], Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1])),
    "t10k-images-idx3-ubyte": idx([3, 28, 28], Buffer.alloc(3 * 784, 9)),
    "t10k-labels-idx1-ubyte": idx([3], Uint8Array.from([9, 0, 9])),
    ...replaced,
  };
  for (const name of fileNames) writeFileSync(join(directory, name), files[name]);
}

test("is a plugin whose default export provides what its manifest says", () => {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    kdf: { id: string; provides: string[] };
  };
  expect(isPlugin(plugin)).toBe(true);
  expect(plugin.id).toBe(manifest.kdf.id);
  expect(Object.keys(plugin.provides.dataset!).map((id) => `dataset:${id}`)).toEqual(manifest.kdf.provides);
});

describe("what ships", () => {
  test.each(["training", "test"] as const)("the %s images are those that NumPy reads", async (split) => {
    const { rows, subset } = fixture[split];
    const source = await (await make()).open(split);
    expect(source.length).toBe(subset.images);
    for (const [row, { label, pixels }] of Object.entries(rows)) {
      const read = await source.read(Int32Array.from([Number(row)]));
      expect(Buffer.from(read).toString("hex")).toBe(pixels);
      expect(source.labels[Number(row)]).toBe(label);
      expect(source.identities[Number(row)]).toBe(Number(row));
    }
    const perClass = new Array<number>(10).fill(0);
    for (const label of source.labels) perClass[label]! += 1;
    expect(perClass).toEqual(subset.perClass);
    const all = await source.read(source.identities);
    expect(all.reduce((sum, pixel) => sum + pixel, 0)).toBe(subset.pixelSum);
  });

  test("the classes are about balanced", () => {
    for (const { subset } of Object.values(fixture)) {
      const even = subset.images / 10;
      for (const count of subset.perClass) expect(Math.abs(count - even) / even).toBeLessThan(0.1);
    }
  });

  test("the normalisation is that of the full training set", async () => {
    const { mean, std } = (await make()).description;
    expect(mean[0]).toBeCloseTo(fixture.training.full.mean, 4);
    expect(std[0]).toBeCloseTo(fixture.training.full.std, 4);
  });

  test("is under 8 MB, and its licence stands beside it", () => {
    const bytes = fileNames.reduce((sum, name) => sum + shipped(name).length, 0);
    expect(bytes).toBeLessThan(8e6);
    const licence = readFileSync(new URL("../files/LICENSE-fashion-mnist", import.meta.url), "utf8");
    expect(licence).toContain("Copyright © 2017 Zalando SE");
  });

  test("passes its check, needs no folder, and says where it is from", async () => {
    const dataset = await make();
    await dataset.check();
    expect(await dataset.provenance()).toMatchObject({
      images: "first 10,000 training and first 2,000 test images",
      source: "https://github.com/zalandoresearch/fashion-mnist",
      licence: "MIT, copyright 2017 Zalando SE",
      "sha256 train-images-idx3-ubyte": expect.stringMatching(/^[0-9a-f]{64}$/),
      "sha256 t10k-labels-idx1-ubyte": expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });
});

describe("the user's own images", () => {
  test("are read where verify is false, gzipped or not", async () => {
    writeOwn();
    const packed = gzipSync(readFileSync(join(folder, "t10k-images-idx3-ubyte")));
    rmSync(join(folder, "t10k-images-idx3-ubyte"));
    writeFileSync(join(folder, "t10k-images-idx3-ubyte.gz"), packed);
    const dataset = await make({ verify: false }, { dataDirectory: folder });
    await dataset.check();
    const test = await dataset.open("test");
    expect([...test.labels]).toEqual([9, 0, 9]);
    expect(await test.read(Int32Array.from([2]))).toEqual(new Uint8Array(784).fill(9));
    expect(await dataset.provenance()).toMatchObject({ images: "the user's own", licence: "unknown" });
  });

  test("are refused where they must be the published ones, with the option that takes them", async () => {
    writeOwn();
    const checking = (await make({}, { dataDirectory: folder })).check();
    await expect(checking).rejects.toEqual(code("KDF_DATA_CHECKSUM_WRONG"));
    await expect(checking).rejects.toThrow(/train-images-idx3-ubyte has the sha256[^]*fashion-mnist\.verify=false/);
  });
});

describe("bad files are refused before anything is trained", () => {
  const check = async () => (await make({ verify: false }, { dataDirectory: folder })).check();
  const bad: [string, Partial<Record<FileName, Buffer>>, string, RegExp][] = [
    [
      "images cut off",
      { "train-images-idx3-ubyte": idx([12, 28, 28], Buffer.alloc(12 * 784 - 1)) },
      "KDF_DATA_FILE_INVALID",
      /train-images-idx3-ubyte is not valid: it is cut off: 9423 of 9424 bytes/,
    ],
    [
      "gzip cut off",
      { "t10k-images-idx3-ubyte": shipped("t10k-images-idx3-ubyte").subarray(0, 100_000) },
      "KDF_DATA_FILE_INVALID",
      /t10k-images-idx3-ubyte is not valid: its gzip data is damaged or cut off/,
    ],
    [
      "bytes left over",
      { "t10k-labels-idx1-ubyte": idx([3], Buffer.alloc(4)) },
      "KDF_DATA_FILE_INVALID",
      /t10k-labels-idx1-ubyte is not valid: it has 1 bytes more/,
    ],
    [
      "labels in place of images",
      { "train-images-idx3-ubyte": gunzipSync(shipped("train-labels-idx1-ubyte")) },
      "KDF_DATA_FILE_INVALID",
      /magic number is 0x00000801/,
    ],
    [
      "images of another size",
      { "train-images-idx3-ubyte": idx([12, 32, 32], Buffer.alloc(12 * 1024)) },
      "KDF_DATA_FILE_INVALID",
      /images have 32 x 32 pixels/,
    ],
    [
      "another number of labels than images",
      { "train-labels-idx1-ubyte": idx([11], Buffer.alloc(11)) },
      "KDF_DATA_FILE_INVALID",
      /12 images, .*train-labels-idx1-ubyte has 11 labels/,
    ],
    [
      "a label out of range",
      { "t10k-labels-idx1-ubyte": idx([3], Uint8Array.from([0, 10, 0])) },
      "KDF_DATA_LABELS_INVALID",
      /t10k-labels-idx1-ubyte has the label 10 in row 1/,
    ],
  ];
  test.each(bad)("%s", async (_, replaced, expectedCode, message) => {
    writeOwn(replaced);
    const checking = check();
    await expect(checking).rejects.toEqual(code(expectedCode));
    await expect(checking).rejects.toThrow(message);
  });
});

describe("options", () => {
  test("an unknown one is refused with the nearest name", async () => {
    const refused = make({ subsets: false });
    await expect(refused).rejects.toEqual(code("KDF_OPTIONS_INVALID"));
    await expect(refused).rejects.toThrow(/subset/);
  });

  test.each([{ subset: "yes" }, { cropPadding: -1 }, { cropPadding: 1.5 }, { servers: [] }, { servers: ["ftp://x/"] }])(
    "ill-typed: %j",
    async (given) => {
      await expect(make(given)).rejects.toEqual(code("KDF_OPTIONS_INVALID"));
    },
  );

  test("the crop is two pixels unless said", async () => {
    expect((await make()).description.standardAugmentation).toEqual({ cropPadding: 2, horizontalFlip: true });
    expect((await make({ cropPadding: 0 })).description.standardAugmentation.cropPadding).toBe(0);
  });
});

describe("where the full set is looked for", () => {
  test("a folder means the full set; subset: true means what ships all the same", async () => {
    writeOwn();
    const own = await (await make({ verify: false }, { dataDirectory: folder })).open("test");
    expect(own.length).toBe(3);
    const subset = await (await make({ subset: true }, { dataDirectory: folder })).open("test");
    expect(subset.length).toBe(2000);
  });

  test("the data directory may hold one folder for each data set", async () => {
    mkdirSync(join(folder, "fashion-mnist"));
    writeOwn({}, join(folder, "fashion-mnist"));
    expect((await (await make({ verify: false }, { dataDirectory: folder })).open("test")).length).toBe(3);
  });

  test("a missing file is named with the folder and the ways out", async () => {
    writeOwn();
    rmSync(join(folder, "t10k-labels-idx1-ubyte"));
    const checking = (await make({ directory: folder })).check();
    await expect(checking).rejects.toEqual(code("KDF_DATA_FILE_MISSING"));
    await expect(checking).rejects.toThrow(/needs t10k-labels-idx1-ubyte\(\.gz\), which is not in .*kdf-fashion-mnist-/);
    await expect(checking).rejects.toThrow(/apt install dataset-fashion-mnist/);
    await expect(checking).rejects.toThrow(/--data-dir/);
    await expect(checking).rejects.toThrow(/--set fashion-mnist\.download=true/);
  });
});
