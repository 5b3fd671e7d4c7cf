import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { idxFileNames as fileNames } from "@kdf/data";
import { afterEach, beforeEach, expect, test } from "vitest";
import { locate } from "./locate.js";
import { options, type Options } from "./options.js";
import { fullSums, packedFiles, subsetSums } from "./published-files.js";


const code = (expected: string) => expect.objectContaining({ code: expected });
const given = (changes: Partial<Options>): Options => options.parse(changes);

let folder: string;
let server: Server;
let address: string;
let asked: string[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "kdf-locate-"));
  asked = [];
  server = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.end("not the file");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

const context = () => ({ logger: { info: () => {}, warn: () => {} }, cacheDirectory: join(folder, "cache") });
function fill(name: string, suffix = ".gz"): string {
  const target = join(folder, name);
  mkdirSync(target, { recursive: true });
  for (const file of fileNames) writeFileSync(join(target, file + suffix), "");
  return target;
}
const folderOf = async (...parameters: Parameters<typeof locate>): Promise<string> => {
  const { paths } = await locate(...parameters);
  return paths["train-images-idx3-ubyte"];
};

test("what ships is taken where nothing else is asked for", async () => {
  const { part, paths, sums } = await locate(given({}), context());
  expect(part).toBe("subset");
  expect(sums).toBe(subsetSums);
  expect(paths["t10k-labels-idx1-ubyte"]).toMatch(/files[\\/]t10k-labels-idx1-ubyte\.gz$/);
});

test("the order is the user's folder, Debian's, the cache; `directory` stands alone", async () => {
  const full = given({ subset: false });
  const cache = fill("cache/fashion-mnist");
  const system = join(folder, "system");
  expect(await folderOf(full, context(), system)).toBe(join(cache, "train-images-idx3-ubyte.gz"));
  fill("system");
  expect(await folderOf(full, context(), system)).toBe(join(system, "train-images-idx3-ubyte.gz"));
  const user = fill("user", "");
  const withUser = { ...context(), dataDirectory: user };
  expect(await folderOf(full, withUser, system)).toBe(join(user, "train-images-idx3-ubyte"));
  expect((await locate(full, withUser, system)).sums).toBe(fullSums);
  const alone = given({ directory: join(folder, "nowhere") });
  await expect(locate(alone, withUser, system)).rejects.toEqual(code("KDF_DATA_FILE_MISSING"));
});

test("without a download the folders are named and no server is asked", async () => {
  const system = join(folder, "system");
  const searching = locate(given({ subset: false, servers: [address] }), { ...context(), dataDirectory: folder }, system);
  await expect(searching).rejects.toEqual(code("KDF_DATA_FILE_MISSING"));
  for (const place of [folder, join(folder, "fashion-mnist"), system, join(folder, "cache", "fashion-mnist")]) {
    await expect(searching).rejects.toThrow(place);
  }
  expect(asked).toEqual([]);
});

test("a download that is allowed asks each server, refuses other bytes and leaves nothing", async () => {
  const searching = locate(given({ download: true, servers: [`${address}/a`, `${address}/b/`] }), context(), folder);
  await expect(searching).rejects.toEqual(code("KDF_DOWNLOAD_FAILED"));
  await expect(searching).rejects.toThrow(/has 12 bytes, expected are 26421880/);
  expect(asked).toEqual(["/a/train-images-idx3-ubyte.gz", "/b/train-images-idx3-ubyte.gz"]);
  expect(readdirSync(join(folder, "cache", "fashion-mnist"))).toEqual([]);
});

test("a published md5 stands for each file, as the authors' README has it", () => {
  const readme = {
    "train-images-idx3-ubyte": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    "train-labels-idx1-ubyte": "25c81989df183df01b3e8a0aad5dffbe",
    "t10k-images-idx3-ubyte": "bef4ecab320f06d8554ea6380940ec79",
    "t10k-labels-idx1-ubyte": "bb300cfdad3c16e7a12a480ee83cd310",
  };
  for (const name of fileNames) expect(packedFiles[name].md5).toBe(readme[name]);
});
