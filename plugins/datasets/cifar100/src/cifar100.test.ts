import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Dataset } from "@kdf/core";
import { MemoryRegistry } from "@kdf/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import plugin from "./index.js";

/** Archives made by NumPy, pickle and tarfile: test/external/datasets/make.py. */
const fixtures = fileURLToPath(new URL("../../../../test/external/datasets/fixtures/cifar100", import.meta.url));
const expected = (JSON.parse(readFileSync(join(fixtures, "../expected.json"), "utf8")) as Record<string, Record<"training" | "test", { pixels: string; labels: number[] }>>)["cifar100"]!;
const archives = { binary: "cifar-100-binary.tar.gz", python: "cifar-100-python.tar.gz" };

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "kdf-cifar100-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const make = (given: Record<string, unknown> = { verify: false }): Promise<Dataset> =>
  new MemoryRegistry([plugin], { dataDirectory: folder, cacheDirectory: join(folder, "cache") }).create("dataset", "cifar100", given);

async function demandExpected(dataset: Dataset): Promise<void> {
  await dataset.check();
  for (const split of ["training", "test"] as const) {
    const source = await dataset.open(split);
    expect([...source.labels]).toEqual(expected[split].labels);
    const pixels = await source.read(source.identities);
    expect(createHash("sha256").update(pixels).digest("hex")).toBe(expected[split].pixels);
  }
}

test.each(["binary", "python"] as const)("the %s version, packed and unpacked, gives NumPy's images and the fine labels", async (version) => {
  copyFileSync(join(fixtures, archives[version]), join(folder, archives[version]));
  await demandExpected(await make());
  expect(await (await make()).provenance()).toMatchObject({ name: "CIFAR-100", version, [`sha256 ${archives[version]}`]: expect.stringMatching(/^[0-9a-f]{64}$/) });
  execFileSync("tar", ["-xf", archives[version]], { cwd: folder });
  rmSync(join(folder, archives[version]));
  await demandExpected(await make());
  // In a folder of the data set's name, and where the option says.
  await demandExpected(await make({ verify: false, directory: join(folder, `cifar-100-${version}`) }));
});

test("the classes are the hundred fine ones", async () => {
  const { classes, mean, std, standardAugmentation } = (await make()).description;
  expect(classes.length).toBe(100);
  expect([classes[0], classes[37], classes[39], classes[99]]).toEqual(["apple", "house", "keyboard", "worm"]);
  expect({ mean, std }).toEqual({ mean: [0.5071, 0.4867, 0.4408], std: [0.2675, 0.2565, 0.2761] });
  expect(standardAugmentation).toEqual({ cropPadding: 4, horizontalFlip: true });
});

describe("a download that is asked for", () => {
  let server: Server;
  let asked: string[];
  let body: Buffer;
  beforeEach(async () => {
    asked = [];
    server = createServer((request, response) => {
      asked.push(`${request.url} ${request.headers.range ?? "whole"}`);
      response.statusCode = request.url!.startsWith("/broken") ? 404 : 200;
      response.end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));
  const mirror = (name: string): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/${name}`;

  test("goes from one mirror to the next, and takes the published archive only", async () => {
    body = readFileSync(join(fixtures, archives.python));
    const mirrors = [mirror("broken"), mirror("other/")];
    const checking = (await make({ download: true, version: "python", mirrors })).check();
    await expect(checking).rejects.toMatchObject({ code: "KDF_DATA_CHECKSUM_WRONG", message: /eb9058c3a382ffc7106e4002c42a8d85/ });
    expect(asked).toEqual(["/broken/cifar-100-python.tar.gz whole", "/other/cifar-100-python.tar.gz whole"]);
    expect(existsSync(join(folder, "cache/cifar100/cifar-100-python.tar.gz"))).toBe(false);
  });

  test("asks nobody where the files are there", async () => {
    copyFileSync(join(fixtures, archives.binary), join(folder, archives.binary));
    await (await make({ download: true, mirrors: [mirror("x")], verify: false })).check();
    expect(asked).toEqual([]);
  });
});

test("only the published archive is taken, unless said", async () => {
  copyFileSync(join(fixtures, archives.binary), join(folder, archives.binary));
  const checking = (await make({})).check();
  await expect(checking).rejects.toMatchObject({ code: "KDF_DATA_CHECKSUM_WRONG" });
  await expect(checking).rejects.toThrow(/cifar-100-binary.tar.gz has the md5 .*\n.*03b5dce01913d631647c71ecec9e9cb8/);
});

test("without files, all places and ways out are named", async () => {
  const checking = (await make({})).check();
  await expect(checking).rejects.toMatchObject({ code: "KDF_DATA_FILE_MISSING" });
  await expect(checking).rejects.toThrow(/cifar-100-binary\.tar\.gz or cifar-100-python\.tar\.gz.*--data-dir.*--set cifar100.download=true/);
});

const unpacked = (name: string): string => {
  execFileSync("tar", ["-xf", join(fixtures, archives[name as keyof typeof archives])], { cwd: folder });
  return join(folder, `cifar-100-${name}`);
};

test("records that are cut off, and labels of no class, are named", async () => {
  const binary = unpacked("binary");
  const train = readFileSync(join(binary, "train.bin"));
  writeFileSync(join(binary, "train.bin"), train.subarray(0, -1));
  await expect((await make()).check()).rejects.toThrow(/train.bin is not valid: it has 184439 bytes/);
  train[3074 + 1] = 100;
  writeFileSync(join(binary, "train.bin"), train);
  await expect((await make()).check()).rejects.toMatchObject({ code: "KDF_DATA_LABELS_INVALID", message: /train.bin has the label 100 in row 1/ });
});

test("a pickle that wants a function called is refused, and nothing is executed", async () => {
  const python = unpacked("python");
  copyFileSync(join(fixtures, "../pickles/system.pickle"), join(python, "train"));
  await expect((await make()).check()).rejects.toMatchObject({ code: "KDF_PICKLE_REFUSED", message: /names the Python object \w+ system/ });
  copyFileSync(join(fixtures, "../pickles/python-2.pickle"), join(python, "train"));
  await expect((await make()).check()).rejects.toThrow(/train is not valid: its data is an array 4 x 6 of u1/);
});

test("an archive that is another, cut off, or unsafe, is refused", async () => {
  const put = (name: string): void => copyFileSync(join(fixtures, "..", name), join(folder, archives.binary));
  put("cifar10/cifar-10-binary.tar.gz");
  await expect((await make()).check()).rejects.toThrow(/it holds no cifar-100-binary\/train.bin/);
  writeFileSync(join(folder, archives.binary), readFileSync(join(fixtures, archives.binary)).subarray(0, 20_000));
  await expect((await make()).check()).rejects.toMatchObject({ code: "KDF_DATA_FILE_INVALID" });
  put("archives/climbs.tar");
  await expect((await make()).check()).rejects.toMatchObject({ code: "KDF_ARCHIVE_UNSAFE" });
});

test("an unpacked file that is not the published one is named", async () => {
  unpacked("binary");
  await expect((await make({})).check()).rejects.toMatchObject({ code: "KDF_DATA_CHECKSUM_WRONG", message: /train.bin has the md5/ });
});
