import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { download, type DownloadRequest } from "./download.js";

const size = 300_000;
const content = Buffer.from(Uint8Array.from({ length: size }, (_, at) => (at * at + (at >> 7)) % 256));
const sums = {
  sha256: createHash("sha256").update(content).digest("hex"),
  md5: createHash("md5").update(content).digest("hex"),
};
const code = (expected: string) => expect.objectContaining({ code: expected });

let cacheDirectory: string;
let server: Server;
let url: string;
/** The Range header of each request, or "". */
let ranges: string[];
/** What the server does with its nth request, then with all others. */
let script: ((request: IncomingMessage, response: ServerResponse) => void)[];

beforeEach(async () => {
  cacheDirectory = mkdtempSync(join(tmpdir(), "kdf-download-"));
  ranges = [];
  script = [withRanges];
  server = createServer((request, response) => {
    const act = script[Math.min(ranges.length, script.length - 1)]!;
    ranges.push(request.headers.range ?? "");
    act(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/data.bin`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(cacheDirectory, { recursive: true });
});

const wanted = (changes: Partial<DownloadRequest> = {}): DownloadRequest => ({
  urls: [url],
  file: "data.bin",
  size,
  ...sums,
  cacheDirectory,
  ...changes,
});
const path = () => join(cacheDirectory, "data.bin");
const part = () => `${path()}.part`;
const expectDone = (result: string) => {
  expect(result).toBe(path());
  expect(readFileSync(path()).equals(content)).toBe(true);
  expect(readdirSync(cacheDirectory)).toEqual(["data.bin"]);
};

/** A server as most are. */
function withRanges(request: IncomingMessage, response: ServerResponse): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  if (from >= size) return void response.writeHead(416, { "content-range": `bytes */${size}` }).end();
  const status = request.headers.range === undefined ? 200 : 206;
  const range = status === 206 ? { "content-range": `bytes ${from}-${size - 1}/${size}` } : {};
  response.writeHead(status, { "content-length": size - from, ...range }).end(content.subarray(from));
}
function withoutRanges(_: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { "content-length": size }).end(content);
}
/** Says all, sends `bytes` more of it and, once these stand in the part file, breaks the connection. */
function breaking(bytes: number) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const range = from > 0 ? { "content-range": `bytes ${from}-${size - 1}/${size}` } : {};
    response.writeHead(from > 0 ? 206 : 200, { "content-length": size - from, ...range });
    response.write(content.subarray(from, from + bytes));
    const timer = setInterval(() => {
      if (!existsSync(part()) || statSync(part()).size < from + bytes) return;
      clearInterval(timer);
      response.destroy();
    }, 5);
  };
}
const failing = (status: number) => (_: IncomingMessage, response: ServerResponse) => void response.writeHead(status).end();
const sending = (bytes: Buffer) => (_: IncomingMessage, response: ServerResponse) =>
  void response.writeHead(200, { "content-length": bytes.length }).end(bytes);

describe("from one server", () => {
  test("fetches, verifies, reports progress and leaves nothing else behind", async () => {
    const seen: number[] = [];
    expectDone(await download(wanted({ onProgress: ({ bytes, total }) => void (seen.push(bytes), expect(total).toBe(size)) })));
    expect(seen.at(-1)).toBe(size);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  test("a verified file in the cache is not fetched again; a damaged one is", async () => {
    writeFileSync(path(), content);
    expectDone(await download(wanted()));
    expect(ranges).toEqual([]);
    writeFileSync(path(), content.subarray(1));
    expectDone(await download(wanted()));
    expect(ranges).toEqual([""]);
  });

  test("follows redirects", async () => {
    script = [(_, response) => void response.writeHead(302, { location: "/elsewhere" }).end(), withRanges];
    expectDone(await download(wanted()));
  });

  test("gives up on a circle of redirects", async () => {
    script = [(_, response) => void response.writeHead(302, { location: url }).end()];
    await expect(download(wanted())).rejects.toEqual(code("KDF_DOWNLOAD_FAILED"));
  });

  test("creates the cache directory", async () => {
    const deeper = join(cacheDirectory, "a", "b");
    expect(await download(wanted({ cacheDirectory: deeper }))).toBe(join(deeper, "data.bin"));
  });

  test("a cache directory that cannot be made is named", async () => {
    writeFileSync(path(), "a file");
    await expect(download(wanted({ cacheDirectory: join(path(), "x") }))).rejects.toEqual(code("KDF_DIRECTORY_UNWRITABLE"));
  });
});

describe("continuing", () => {
  test("a broken connection is continued where it broke", async () => {
    script = [breaking(100_000), breaking(50_000), withRanges];
    expectDone(await download(wanted()));
    expect(ranges).toEqual(["", "bytes=100000-", "bytes=150000-"]);
  });

  test("what an earlier process left is continued, though its lock was left too", async () => {
    writeFileSync(part(), content.subarray(0, 200_000));
    const ended = spawnSync(process.execPath, ["-e", ""]).pid;
    writeFileSync(`${path()}.lock`, JSON.stringify({ host: hostname(), process: ended, token: "left" }));
    expectDone(await download(wanted()));
    expect(ranges).toEqual(["bytes=200000-"]);
  });

  test("a complete part needs no server", async () => {
    writeFileSync(part(), content);
    expectDone(await download(wanted()));
    expect(ranges).toEqual([]);
  });

  test("a server without ranges begins anew", async () => {
    script = [withoutRanges];
    writeFileSync(part(), content.subarray(0, 200_000));
    expectDone(await download(wanted()));
    expect(ranges).toEqual(["bytes=200000-"]);
  });

  test("a part of other bytes, or one too long, is thrown away and fetched anew", async () => {
    writeFileSync(part(), Buffer.alloc(200_000, 1));
    expectDone(await download(wanted()));
    expect(ranges).toEqual(["bytes=200000-", ""]);
    rmSync(path());
    writeFileSync(part(), Buffer.alloc(size + 1));
    expectDone(await download(wanted()));
    expect(ranges.slice(2)).toEqual([""]);
  });

  test("a server that continues elsewhere than asked is asked for all", async () => {
    script = [
      (_, response) => void response.writeHead(206, { "content-range": `bytes 0-9/${size}` }).end(content.subarray(0, 10)),
      withRanges,
    ];
    writeFileSync(part(), content.subarray(0, 200_000));
    expectDone(await download(wanted()));
    expect(ranges).toEqual(["bytes=200000-", ""]);
  });

  test("a part as long as the file, of unknown size, is refused by the server and fetched anew", async () => {
    writeFileSync(part(), Buffer.alloc(size, 3));
    const { size: _, ...sizeUnknown } = wanted();
    expectDone(await download(sizeUnknown));
    expect(ranges).toEqual([`bytes=${size}-`, ""]);
  });

  test("an interrupted call leaves its part, which the next one continues", async () => {
    script = [
      (_, response) => {
        response.writeHead(200, { "content-length": size });
        response.write(content.subarray(0, 120_000)); // and then silence
      },
      withRanges,
    ];
    const controller = new AbortController();
    const reason = new Error("interrupted");
    const onProgress = ({ bytes }: { bytes: number }) => {
      if (bytes === 120_000) setTimeout(() => controller.abort(reason), 20);
    };
    await expect(download(wanted({ onProgress, signal: controller.signal }))).rejects.toBe(reason);
    expect(readFileSync(part()).equals(content.subarray(0, 120_000))).toBe(true);
    expect(existsSync(path())).toBe(false);
    expectDone(await download(wanted()));
    expect(ranges).toEqual(["", "bytes=120000-"]);
  });

  test("two calls at once fetch it once", async () => {
    const results = await Promise.all([download(wanted()), download(wanted()), download(wanted())]);
    results.forEach(expectDone);
    expect(ranges).toEqual([""]);
  });
});

describe("servers that fail", () => {
  test("a busy server is asked again", async () => {
    script = [failing(503), failing(429), withRanges];
    expectDone(await download(wanted()));
    expect(ranges.length).toBe(3);
  });

  test("the next server is asked where one has no such file or cannot be reached", async () => {
    script = [failing(404), withRanges];
    const nowhere = "http://127.0.0.1:1/data.bin";
    expectDone(await download(wanted({ urls: [url, nowhere, url] })));
    expect(ranges).toEqual(["", ""]);
  });

  test("the next server continues what the first began", async () => {
    script = [breaking(100_000), failing(404), withRanges];
    expectDone(await download(wanted({ urls: [url, url] })));
    expect(ranges).toEqual(["", "bytes=100000-", "bytes=100000-"]);
  });

  test("wrong bytes are refused and leave no file", async () => {
    script = [sending(Buffer.alloc(size, 5))];
    const refused = download(wanted());
    await expect(refused).rejects.toEqual(code("KDF_DATA_CHECKSUM_WRONG"));
    await expect(refused).rejects.toThrow(sums.sha256);
    expect(readdirSync(cacheDirectory)).toEqual([]);
    expect(ranges).toEqual([""]);
  });

  test("each sum counts", async () => {
    await expect(download(wanted({ md5: sums.md5.replace(/^./, (first) => (first === "0" ? "1" : "0")) }))).rejects.toEqual(
      code("KDF_DATA_CHECKSUM_WRONG"),
    );
  });

  test("after wrong bytes the next server is asked", async () => {
    script = [sending(Buffer.alloc(size, 5)), withRanges];
    expectDone(await download(wanted({ urls: [url, url] })));
  });

  test("a file of another length is refused before or while it is read", async () => {
    script = [sending(content.subarray(0, 10))];
    await expect(download(wanted())).rejects.toThrow(/has 10 bytes, expected are 300000/);
    script = [(_, response) => void response.writeHead(200).end(Buffer.alloc(2 * size))];
    await expect(download(wanted())).rejects.toThrow(/sends more than 300000 bytes/);
  });

  test("a body that ends early, of which no length was said, is continued", async () => {
    script = [(_, response) => void response.writeHead(200).end(content.subarray(0, 70_000)), withRanges];
    expectDone(await download(wanted()));
    expect(ranges).toEqual(["", "bytes=70000-"]);
  });

  test("the last server's failure is told with the way out", async () => {
    script = [failing(404)];
    const refused = download(wanted({ urls: [url, url], fix: "pass --data-dir" }));
    await expect(refused).rejects.toEqual(code("KDF_DOWNLOAD_FAILED"));
    await expect(refused).rejects.toThrow(/HTTP 404 Not Found[^]*pass --data-dir/);
    expect(existsSync(`${path()}.lock`)).toBe(false);
  });
});
