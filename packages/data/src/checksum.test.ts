import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findMismatch, sha256 } from "./checksum.js";

// The test messages of RFC 1321 (md5) and FIPS 180-2 (sha256).
const md5 = "900150983cd24fb0d6963f7d28e17f72";
const sha = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kdf-checksum-"));
  file = join(folder, "abc");
  writeFileSync(file, "abc");
});
afterAll(() => rmSync(folder, { recursive: true }));

test("the sum of bytes", () => {
  expect(sha256(Buffer.from("abc"))).toBe(sha);
});

test("right sums of a file pass, in either case of letters; the first wrong one is named with both", async () => {
  expect(await findMismatch(file, { sha256: sha.toUpperCase(), md5 })).toBeUndefined();
  expect(await findMismatch(file, {})).toBeUndefined();
  const expected = md5.replace("9", "8");
  expect(await findMismatch(file, { sha256: sha, md5: expected })).toEqual({ algorithm: "md5", got: md5, expected });
});
