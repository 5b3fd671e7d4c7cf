import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readTar } from "./tar.js";

/** Made by Python's tarfile: test/external/datasets/make.py. */
const fixture = (name: string): string => fileURLToPath(new URL(`../../../../test/external/datasets/fixtures/archives/${name}`, import.meta.url));
const read = (name: string, wants: (path: string) => boolean = () => true, largest = 10_000) => readTar(fixture(name), { wants, largest });

test.each(["good.tar", "good.tar.gz"])("gives the files of %s", async (name) => {
  const members = await read(name);
  expect([...members.keys()]).toEqual(["folder/one.txt", "folder/two.txt"]);
  expect(Buffer.from(members.get("folder/one.txt")!).toString()).toBe("one");
  expect(Buffer.from(members.get("folder/two.txt")!).toString()).toBe("two".repeat(400));
});

test("keeps what is wanted", async () => {
  expect([...(await read("good.tar", (path) => path.endsWith("two.txt"))).keys()]).toEqual(["folder/two.txt"]);
});

test.each([
  ["climbs.tar", /folder\/\.\.\/\.\.\/evil, its name climbs out of the folder/],
  ["absolute.tar", /\/etc\/evil, its name is an absolute path/],
  ["symbolic-link.tar", /folder\/evil, it is a SymbolicLink/],
  ["hard-link.tar", /folder\/evil, it is a Link/],
  ["device.tar", /folder\/evil, it is a CharacterDevice/],
])("refuses %s, wanted or not", async (name, message) => {
  const reading = read(name, () => false);
  await expect(reading).rejects.toMatchObject({ code: "KDF_ARCHIVE_UNSAFE" });
  await expect(reading).rejects.toThrow(message);
});

test("refuses more bytes than are expected, before they are read", async () => {
  await expect(read("good.tar.gz", () => true, 1_202)).rejects.toThrow(/folder\/two.txt, with it the archive holds 1203 bytes, more than 1202/);
});

test.each(["cut-off.tar.gz", "good.zip"])("says that %s is no whole tar file", async (name) => {
  const reading = read(name);
  await expect(reading).rejects.toMatchObject({ code: "KDF_DATA_FILE_INVALID" });
  await expect(reading).rejects.toThrow(/damaged, cut off or no tar file/);
});

test("lets a file that is not there pass as the file system says it", async () => {
  await expect(read("none.tar")).rejects.toMatchObject({ code: "ENOENT" });
});
