import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { normalizeName } from "../wheel/requirement.js";

export interface PackageIndex {
  /** Base address, as pip's `--index-url`. */
  readonly url: string;
  /** What was asked for: `GET /files/x.whl bytes=10-`. */
  readonly requests: readonly string[];
  /** Breaks the connection in the middle of the next answer that is a file of this name, once half of it stands in `part`. */
  breakOnce(file: string, part: string): void;
  /** Answers with other bytes than the index's sum says. */
  alter(file: string): void;
  close(): void;
}

/** The wheels of a folder as a Python package index has them: the simple API in JSON, and files with ranges. */
export async function serveIndex(folder: string): Promise<PackageIndex> {
  const requests: string[] = [];
  const broken = new Map<string, string>();
  const altered = new Set<string>();
  const page = (project: string): string => {
    const files = readdirSync(folder).filter((file) => file.endsWith(".whl") && normalizeName(file.split("-")[0]!) === project);
    return JSON.stringify({
      meta: { "api-version": "1.1" },
      files: files.map((filename) => {
        const content = readFileSync(join(folder, filename));
        return { filename, url: `/files/${filename}`, size: content.length, hashes: { sha256: createHash("sha256").update(content).digest("hex") } };
      }),
    });
  };
  const sendFile = (name: string, range: string | undefined, response: ServerResponse): void => {
    const content = readFileSync(join(folder, name));
    if (altered.has(name)) content[content.length >> 1]! ^= 1;
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
    response.writeHead(range === undefined ? 200 : 206, { "content-length": content.length - from, ...(range !== undefined && { "content-range": `bytes ${from}-${content.length - 1}/${content.length}` }) });
    const part = broken.get(name);
    if (part === undefined) return void response.end(content.subarray(from));
    broken.delete(name);
    const half = content.length >> 1;
    response.write(content.subarray(from, half));
    const timer = setInterval(() => {
      if (!existsSync(part) || statSync(part).size < half) return;
      clearInterval(timer);
      response.destroy();
    }, 5);
  };
  const server = createServer(({ url = "", headers: { range } }, response) => {
    requests.push(`${url}${range === undefined ? "" : ` ${range}`}`);
    const [, kind, name = ""] = url.split("/");
    if (kind === "files") sendFile(name, range, response);
    else if (kind === "simple") response.end(page(name));
    else response.writeHead(404).end();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`,
    requests,
    breakOnce: (file, part) => void broken.set(file, part),
    alter: (file) => void altered.add(file),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
