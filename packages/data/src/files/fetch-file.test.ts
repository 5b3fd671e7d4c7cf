import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sha256 } from "../checksum.js";
import { fetchFile } from "./fetch-file.js";

const folder = mkdtempSync(join(tmpdir(), "kdf-fetch-"));
const content = Buffer.alloc(200_000, "kdf");
const server = createServer((request, response) => {
  if (request.url !== "/good/set.zip") return void response.writeHead(404).end();
  response.setHeader("content-length", content.length).end(content);
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
afterAll(() => new Promise<void>((resolve) => server.close(() => (rmSync(folder, { recursive: true }), resolve()))));

test("a file comes from the first mirror that has it, once, into the data set's folder of the cache", async () => {
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const said: string[] = [];
  const context = { cacheDirectory: folder, logger: { info: (message: string) => said.push(message), warn: () => {} } };
  const published = { file: "set.zip", mirrors: [`${address}/bad`, `${address}/good`], sha256: sha256(content) };
  const path = await fetchFile("some", published, context, "fetch it by hand");
  expect(path).toBe(join(folder, "some", "set.zip"));
  expect(readFileSync(path).equals(content)).toBe(true);
  expect(said.at(-1)).toBe("some: set.zip, 100 % of 200 kB");
  expect(await fetchFile("some", { ...published, mirrors: [`${address}/bad`] }, context, "")).toBe(path);
  const refused = fetchFile("other", { ...published, mirrors: [`${address}/bad`] }, context, "fetch it by hand");
  await expect(refused).rejects.toMatchObject({ code: "KDF_DOWNLOAD_FAILED", message: /HTTP 404[^]*fetch it by hand/ });
});
