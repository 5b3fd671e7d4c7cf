import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findWheel } from "./wheel-index.js";

const sha256 = "2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c";
const wheel = (version: string, platform: string, more = {}) => ({
  filename: `tensorflow_cpu-${version}-cp311-cp311-${platform}.whl`,
  url: `../../files/tensorflow_cpu-${version}.whl`,
  hashes: { sha256 },
  size: 42,
  ...more,
});
const pages: Record<string, [number, string]> = {
  "/simple/tensorflow-cpu/": [200, JSON.stringify({
    meta: { "api-version": "1.1" },
    files: [
      wheel("2.15.1", "manylinux_2_17_x86_64.manylinux2014_x86_64"),
      wheel("2.20.0", "manylinux_2_27_x86_64", { yanked: "broken" }),
      wheel("2.21.0", "win_amd64"),
      wheel("2.21.0", "manylinux_2_27_x86_64"),
      { filename: "tensorflow_cpu-2.21.0.tar.gz", url: "x", hashes: {} },
    ],
  })],
  "/html/tensorflow-cpu/": [200, "<!DOCTYPE html><a href='x'>x</a>"],
};
let server: Server;
let base: string;
beforeAll(async () => {
  server = createServer(({ url }, response) => {
    const [status, text] = pages[url!] ?? [404, "none"];
    response.writeHead(status).end(text);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

const fix = { version: "choose one", index: "pip download" };
const find = (version: string, index = "simple", project = "tensorflow-cpu") => findWheel({ index: `${base}/${index}`, project, specifier: `==${version}`, fix }, "linux x64");

it("finds the wheel of a version and a platform, with its sum and whole address", async () => {
  expect(await find("2.21.0")).toEqual({
    filename: "tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl",
    version: "2.21.0",
    url: `${base}/files/tensorflow_cpu-2.21.0.whl`,
    sha256,
    size: 42,
  });
  expect((await find("2.15.1", "simple/")).filename).toContain("2.15.1");
});

it("takes the newest that a range admits, by number", async () => {
  const newest = (specifier: string) => findWheel({ index: `${base}/simple`, project: "Tensorflow_CPU", specifier, fix }, "linux x64");
  expect((await newest(">=2.15")).version).toBe("2.21.0");
  expect((await newest("<2.21,>=2.2")).version).toBe("2.15.1");
});

it("names the versions that there are, where the wanted one is not or was taken back", async () => {
  for (const version of ["2.99.0", "2.20.0"]) {
    await expect(find(version)).rejects.toMatchObject({ code: "KDF_INSTALLATION_REFUSED", explanation: { expected: expect.stringContaining("2.15.1, 2.21.0") as string } });
  }
});

it.each([
  ["an index without the project", "simple", "other", "answers 404"],
  ["an index that answers in HTML alone", "html", "tensorflow-cpu", "simple API's JSON"],
])("%s is named, with the way without it", async (_, index, project, text) => {
  const failing = find("2.21.0", index, project);
  await expect(failing).rejects.toMatchObject({ code: "KDF_DOWNLOAD_FAILED", explanation: { fix: expect.stringContaining("pip download") as string } });
  await expect(failing).rejects.toThrow(text);
});

it("a server that does not answer is named", async () => {
  await expect(findWheel({ index: "http://127.0.0.1:9", project: "tensorflow-cpu", specifier: "==2.21.0", fix }, "linux x64")).rejects.toMatchObject({ code: "KDF_DOWNLOAD_FAILED" });
});
