import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { dataFolders, filesIn, isFile } from "./data-folders.js";

const folder = mkdtempSync(join(tmpdir(), "kdf-folders-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("the user's folder comes before the cache; one that an option names stands alone", () => {
  expect(dataFolders("set", { dataDirectory: "data", cacheDirectory: "cache" })).toEqual(["data", join("data", "set"), join("cache", "set")]);
  expect(dataFolders("set", { cacheDirectory: "cache" })).toEqual([join("cache", "set")]);
  expect(dataFolders("set", { dataDirectory: "data", cacheDirectory: "cache" }, "here")).toEqual(["here"]);
});

test("files are found with the first ending that is there; folders of their names are none", async () => {
  for (const name of ["a.gz", "b", "b.gz"]) writeFileSync(join(folder, name), "");
  mkdirSync(join(folder, "c"));
  expect(await filesIn(folder, ["a", "b", "c"], ["", ".gz"])).toEqual({ found: { a: join(folder, "a.gz"), b: join(folder, "b") }, missing: ["c"] });
  expect(await isFile(join(folder, "c"))).toBe(false);
  expect((await filesIn(join(folder, "none"), ["a"])).missing).toEqual(["a"]);
});
