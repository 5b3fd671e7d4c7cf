import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { ZipArchive } from "./zip.js";

/** Made by Python's zipfile: test/external/datasets/make.py. */
const fixture = (name: string): string => fileURLToPath(new URL(`../../../../test/external/datasets/fixtures/archives/${name}`, import.meta.url));
let archive: ZipArchive | undefined;
afterEach(() => archive?.close());
const open = async (name: string, largest = 10_000): Promise<ZipArchive> => (archive = await ZipArchive.open(fixture(name), { largest }));

test("lists the files and gives their bytes", async () => {
  const zip = await open("good.zip");
  expect(zip.members.map(({ path, size }) => [path, size])).toEqual([
    ["folder/one.txt", 3],
    ["folder/two.txt", 1200],
  ]);
  expect(Buffer.from(await zip.read("folder/two.txt")).toString()).toBe("two".repeat(400));
  await expect(zip.read("folder/three.txt")).rejects.toThrow(/it has no member folder\/three.txt/);
});

test.each([
  ["climbs.zip", /\.\.\/\.\.\/evil, its name leads out of the folder/],
  ["absolute.zip", /\/etc\/evil, its name leads out of the folder/],
  ["symbolic-link.zip", /folder\/evil, it is a link or a device/],
  ["large.zip", /zeros, with it the archive holds 3000000 bytes, more than 10000/],
])("refuses %s", async (name, message) => {
  const opening = open(name);
  await expect(opening).rejects.toMatchObject({ code: "KDF_ARCHIVE_UNSAFE" });
  await expect(opening).rejects.toThrow(message);
});

test.each(["cut-off.zip", "good.tar"])("says that %s is no whole zip file", async (name) => {
  await expect(open(name)).rejects.toMatchObject({ code: "KDF_DATA_FILE_INVALID" });
});

test("names the member that is damaged", async () => {
  const zip = await open("damaged.zip");
  await expect(zip.read("folder/two.txt")).rejects.toMatchObject({ code: "KDF_DATA_FILE_INVALID" });
  await expect(zip.read("folder/two.txt")).rejects.toThrow(/damaged.zip: folder\/two.txt/);
  expect(Buffer.from(await zip.read("folder/one.txt")).toString()).toBe("one");
});
