import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "tar";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeLibrary } from "../testing/write-library.js";
import { chooseSource, type SourceChoice } from "./source.js";

let folder: string;
let made: string;
let release: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kdf-source-"));
  [made, release] = [join(folder, "made"), join(folder, "release")];
  mkdirSync(made);
  writeRelease(release);
});
afterEach(() => rmSync(folder, { recursive: true }));

/** As libtensorflow-cpu-linux-x86_64.tar.gz unpacks: libraries with their links, headers, licences. */
function writeRelease(place: string, machine?: number): void {
  for (const name of ["lib", "include/tensorflow/c/eager", "include/tensorflow/core/platform"]) mkdirSync(join(place, name), { recursive: true });
  for (const name of ["libtensorflow", "libtensorflow_framework"]) {
    writeLibrary(join(place, `lib/${name}.so.2.18.0`), machine);
    symlinkSync(`${name}.so.2.18.0`, join(place, `lib/${name}.so.2`));
    symlinkSync(`${name}.so.2`, join(place, `lib/${name}.so`));
  }
  for (const header of ["c/c_api.h", "c/eager/c_api.h", "core/platform/ctstring_internal.h"]) writeFileSync(join(place, "include/tensorflow", header), `// ${header}`);
  writeFileSync(join(place, "LICENSE"), "");
}
async function pack(place = release): Promise<string> {
  const file = join(folder, "libtensorflow-cpu-linux-x86_64.tar.gz");
  await create({ file, gzip: true, cwd: place }, ["./LICENSE", "./include", "./lib"]);
  return file;
}
const choose = (choice: Partial<SourceChoice>) =>
  chooseSource({ name: "tensorflow", platform: "linux x64", project: "tensorflow-cpu", version: "2.21.0", index: "http://127.0.0.1:9", downloads: join(folder, "downloads"), ...choice });
const provide = async (choice: Partial<SourceChoice>) => (await choose(choice)).provide(made, () => {});
const refusal = (text: string) => expect.objectContaining({ code: "KDF_INSTALLATION_REFUSED", message: expect.stringContaining(text) as string }) as Error;
const expectProvided = (): void => {
  expect(readdirSync(made).sort()).toEqual(["include", "lib"]);
  expect(readdirSync(join(made, "lib")).sort()).toEqual(["libtensorflow.so.2", "libtensorflow_framework.so.2"]);
  for (const file of readdirSync(join(made, "lib"))) expect(statSync(join(made, "lib", file)).size).toBe(64);
  expect(readFileSync(join(made, "include/tensorflow/c/eager/c_api.h"), "utf8")).toBe("// c/eager/c_api.h");
};

describe("a release of the C library", () => {
  it("as an archive gives its libraries and headers", async () => {
    const source = await choose({ archive: await pack() });
    expect(source.description).toEqual({ source: "archive", archive: join(folder, "libtensorflow-cpu-linux-x86_64.tar.gz") });
    expect(await source.provide(made, () => {})).toEqual({ version: undefined, metadata: undefined });
    expectProvided();
  });

  it("as an address is fetched, and compared with a sum where one is given", async () => {
    const content = readFileSync(await pack());
    const server = createServer((_, response) => void response.end(content));
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const archive = `http://127.0.0.1:${(server.address() as AddressInfo).port}/libtensorflow/versions/2.18.0/libtensorflow-cpu-linux-x86_64.tar.gz`;
    const sha256 = createHash("sha256").update(content).digest("hex");
    try {
      await provide({ archive, sha256 });
      expectProvided();
      await expect(provide({ archive: `${archive}.other`, sha256: "0".repeat(64) })).rejects.toMatchObject({ code: "KDF_DATA_CHECKSUM_WRONG" });
    } finally {
      server.close();
    }
    rmSync(join(folder, "downloads"), { recursive: true });
    await expect(provide({ archive })).rejects.toMatchObject({ code: "KDF_DOWNLOAD_FAILED", explanation: { fix: expect.stringContaining("--set archive=FILE") as string } });
  });

  it("unpacked is a folder that serves", async () => {
    await provide({ folder: release });
    expectProvided();
  });

  it("that is truncated, of another platform, incomplete or no archive is refused", async () => {
    const archive = await pack();
    truncateSync(archive, statSync(archive).size - 200);
    await expect(provide({ archive })).rejects.toEqual(refusal("cannot be unpacked"));
    rmSync(made, { recursive: true });
    mkdirSync(made);
    const other = join(folder, "other");
    writeRelease(other, 183);
    await expect(provide({ archive: await pack(other) })).rejects.toEqual(refusal("holds a libtensorflow.so.2 that is made for linux arm64, and this machine is linux x64"));
    await expect(choose({ folder: other })).rejects.toEqual(refusal("made for linux arm64"));
    writeFileSync(join(other, "lib/libtensorflow.so.2.18.0"), "text of some length, which is no library");
    await expect(choose({ folder: other })).rejects.toEqual(refusal("no library for Linux"));
    rmSync(join(other, "include/tensorflow/c/c_api.h"));
    await expect(choose({ folder: other })).rejects.toEqual(refusal("holds no include/tensorflow/c/c_api.h"));
    writeFileSync(archive, "hello");
    await expect(choose({ archive })).rejects.toEqual(refusal("is no gzip file"));
    await expect(choose({ archive: folder })).rejects.toEqual(refusal("is no file"));
  });

  it("given with another sum than it has is refused", async () => {
    await expect(choose({ archive: await pack(), sha256: "0".repeat(64) })).rejects.toMatchObject({ code: "KDF_DATA_CHECKSUM_WRONG" });
    expect(existsSync(join(made, "lib"))).toBe(false);
  });
});

describe("TensorFlow of a Python environment", () => {
  it("is a folder whose METADATA stands beside it", async () => {
    const place = join(folder, "site-packages/tensorflow");
    mkdirSync(join(place, "include/tensorflow/c"), { recursive: true });
    for (const name of ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"]) writeLibrary(join(place, name));
    writeFileSync(join(place, "include/tensorflow/c/c_api.h"), "");
    mkdirSync(join(folder, "site-packages/tensorflow-2.21.0.dist-info"));
    const metadata = 'Name: tensorflow\nVersion: 2.21.0\nRequires-Dist: x ; extra == "and-cuda"\n';
    writeFileSync(join(folder, "site-packages/tensorflow-2.21.0.dist-info/METADATA"), metadata);
    expect(await provide({ folder: place })).toEqual({ version: "2.21.0", metadata });
  });
});
