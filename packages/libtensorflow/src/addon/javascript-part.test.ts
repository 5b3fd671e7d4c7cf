import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { create } from "tar";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { obtainPart } from "./javascript-part.js";

const part = { package: "some-binding", version: "4.22.0" };
let folder: string;
let server: Server;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "kdf-part-"));
  const source = join(folder, "source/package");
  for (const name of ["dist", "binding", "scripts"]) mkdirSync(join(source, name), { recursive: true });
  writeFileSync(join(source, "package.json"), JSON.stringify({ name: part.package, version: part.version, scripts: { install: `touch ${folder}/installed`, prepack: `touch ${folder}/installed` } }));
  for (const file of ["dist/index.js", "binding/tfjs_binding.cc", "scripts/install.js"]) writeFileSync(join(source, file), file);
  await create({ file: join(folder, "part.tgz"), gzip: true, cwd: join(folder, "source") }, ["package"]);
  const tarball = readFileSync(join(folder, "part.tgz"));
  server = createServer(({ url, headers }, response) => {
    if (url === "/part.tgz") return void response.end(tarball);
    if (url !== `/${part.package}`) return void response.writeHead(404).end("{}");
    const dist = { tarball: `http://${headers.host}/part.tgz`, integrity: `sha512-${createHash("sha512").update(tarball).digest("base64")}` };
    response.end(JSON.stringify({ name: part.package, "dist-tags": { latest: part.version }, versions: { [part.version]: { name: part.package, version: part.version, dist } } }));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  vi.stubEnv("npm_config_registry", `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  vi.stubEnv("npm_config_cache", join(folder, "npm"));
  vi.stubEnv("npm_config_fetch_retries", "0");
});
afterEach(() => {
  server.close();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const obtain = (wanted = part) => obtainPart(wanted, pathToFileURL(join(folder, "project/index.js")).href, join(folder, "made"), "tensorflow");

describe("where the package is not installed", { timeout: 30_000 }, () => {
  it("is fetched from npm's registry, without its install script", async () => {
    expect(await obtain()).toBe("fetched");
    expect(readdirSync(join(folder, "made"), { recursive: true }).sort()).toEqual(["binding", "binding/tfjs_binding.cc", "dist", "dist/index.js", "package.json"]);
    expect(existsSync(join(folder, "installed"))).toBe(false);
  });

  it("and the registry has none, npm's words are told, and what to type", async () => {
    await expect(obtain({ ...part, package: "no-such-binding" })).rejects.toMatchObject({
      code: "KDF_INSTALLATION_FAILED",
      explanation: { happened: expect.stringMatching(/fetching no-such-binding@4\.22\.0 by npm failed: .*404/s) as string, fix: expect.stringContaining("npm install --ignore-scripts no-such-binding@4.22.0") as string },
    });
  });
});

it("where it is installed in the wanted version, is copied without a registry", async () => {
  server.close();
  const place = join(folder, "project/node_modules", part.package);
  mkdirSync(join(place, "dist"), { recursive: true });
  mkdirSync(join(place, "binding"));
  writeFileSync(join(place, "package.json"), JSON.stringify({ name: part.package, version: part.version }));
  writeFileSync(join(place, "dist/own.js"), "");
  expect(await obtain()).toBe("copied");
  expect(existsSync(join(folder, "made/dist/own.js"))).toBe(true);
});
