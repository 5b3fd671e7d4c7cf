import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { describeFiles, readState, recordPath, recordText } from "./record.js";

let directory: string;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "kdf-record-"));
  mkdirSync(join(directory, "javascript"));
  writeFileSync(join(directory, "library.so"), "abc");
  writeFileSync(join(directory, "javascript/index.js"), "// nothing");
  writeFileSync(recordPath(directory), recordText({ tensorflow: "2.21.0" }, await describeFiles(directory)));
});
afterEach(() => rmSync(directory, { recursive: true }));

it("holds each file's size and sum (the test message of FIPS 180-2)", async () => {
  expect((await describeFiles(directory))["library.so"]).toEqual({ bytes: 3, sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" });
});

it("is installed, with what it was made of", async () => {
  for (const thorough of [false, true]) {
    expect(await readState(directory, thorough)).toEqual({ status: "installed", directory, details: { tensorflow: "2.21.0" } });
  }
});

it.each([
  ["a missing file", (folder: string) => rmSync(join(folder, "javascript/index.js")), false, "index.js is missing"],
  ["another size", (folder: string) => appendFileSync(join(folder, "library.so"), "d"), false, "has 4 bytes instead of 3"],
  ["other bytes", (folder: string) => writeFileSync(join(folder, "library.so"), "abd"), true, "library.so has been changed"],
  ["a damaged record", (folder: string) => writeFileSync(recordPath(folder), "{"), false, "cannot be read"],
])("%s is damage", async (_, harm, thorough, problem) => {
  harm(directory);
  expect(await readState(directory, thorough)).toMatchObject({ status: "damaged", problem: expect.stringContaining(problem) as string });
});

it("without a record there is none", async () => {
  rmSync(recordPath(directory));
  expect((await readState(directory, true)).status).toBe("absent");
});
