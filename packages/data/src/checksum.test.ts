import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hashFile, sha256, verifyChecksum } from "./checksum.js";

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

test("sums of files and bytes", async () => {
  expect(await hashFile(file, "md5")).toBe(md5);
  expect(await hashFile(file, "sha256")).toBe(sha);
  expect(sha256(Buffer.from("abc"))).toBe(sha);
});

test("a right sum passes, in either case of letters; a wrong one is refused with both", async () => {
  await verifyChecksum(file, { sha256: sha.toUpperCase(), md5 });
  await verifyChecksum(file, {});
  const refused = verifyChecksum(file, { sha256: sha, md5: md5.replace("9", "8") });
  await expect(refused).rejects.toEqual(expect.objectContaining({ code: "KDF_DATA_CHECKSUM_WRONG" }));
  await expect(refused).rejects.toThrow(new RegExp(`abc has the md5 ${md5}[^]*the md5 8001`));
});
