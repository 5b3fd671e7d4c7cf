import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { InstallationFolder } from "./installation-folder.js";

let cacheDirectory: string;
let folder: InstallationFolder;
beforeEach(() => {
  cacheDirectory = mkdtempSync(join(tmpdir(), "kdf-installation-"));
  folder = new InstallationFolder({ cacheDirectory, id: "thing" });
});
afterEach(() => rmSync(cacheDirectory, { recursive: true }));

let makings = 0;
const install = (version: string, fail?: Error, serves = true): ReturnType<InstallationFolder["install"]> =>
  folder.install({
    serves: () => Promise.resolve(serves),
    bytes: 1,
    wanted: { version },
    make: async (made) => {
      makings += 1;
      writeFileSync(join(made, "library"), version);
      if (fail !== undefined) throw fail;
      return { compiler: "1" };
    },
  });
const leftovers = (): string[] => readdirSync(join(cacheDirectory, "engines"));

it("is made once, though two ask at once, and again where another is wanted or it is damaged", async () => {
  makings = 0;
  const [first, second] = await Promise.all([install("1"), install("1")]);
  expect([makings, first!.status, first!.details["installed"]]).toEqual([1, "installed", second!.details["installed"]]);
  expect(first!.details).toMatchObject({ version: "1", compiler: "1", node: process.version });
  await install("2");
  expect([makings, (await folder.state()).details["version"]]).toEqual([2, "2"]);
  appendFileSync(join(folder.directory, "library"), "x");
  expect((await install("2")).status).toBe("installed");
  expect([makings, (await folder.verify()).status]).toEqual([3, "installed"]);
  expect(leftovers()).toEqual(["thing"]);
});

it("that is whole and of no use here is made again", async () => {
  await install("1");
  makings = 0;
  expect((await install("1", undefined, false)).status).toBe("installed");
  expect(makings).toBe(1);
});

it("that fails leaves what was there and nothing of itself, and what a killed one left is cleared away", async () => {
  await install("1");
  mkdirSync(join(cacheDirectory, "engines/.thing.killed"));
  await expect(install("2", new Error("no compiler"))).rejects.toThrow("no compiler");
  expect(await folder.verify()).toMatchObject({ status: "installed", details: { version: "1" } });
  expect(leftovers()).toEqual(["thing"]);
});

it("is refused where space is short, before anything is made", async () => {
  const make = (): never => {
    throw new Error("must not be called");
  };
  await expect(folder.install({ bytes: 1e18, wanted: {}, make })).rejects.toMatchObject({
    code: "KDF_INSTALLATION_REFUSED",
    explanation: { fix: expect.stringContaining("KDF_CACHE_DIR") as string },
  });
});

it("is removed, and says whether there was any", async () => {
  await install("1");
  expect(await folder.remove()).toBe(true);
  expect(existsSync(folder.directory)).toBe(false);
  expect(await folder.remove()).toBe(false);
});
