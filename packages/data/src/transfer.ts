import { createWriteStream } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { get as getPlain, type IncomingMessage } from "node:http";
import { get as getSecure } from "node:https";
import { pipeline } from "node:stream/promises";

/** Why a transfer did not finish. What arrived stays in the part file. */
export class TransferProblem extends Error {
  /** Whether the same server may do better at once. */
  readonly transient: boolean;

  constructor(message: string, transient: boolean, options?: ErrorOptions) {
    super(message, options);
    this.name = "TransferProblem";
    this.transient = transient;
  }
}

export interface TransferRequest {
  readonly url: string;
  /** Where the bytes go: continued from its end, where the server can. */
  readonly part: string;
  /** Length of the whole file, if known. */
  readonly size?: number;
  readonly onProgress?: (bytes: number, total: number | undefined) => void;
  readonly signal?: AbortSignal;
}

/** Without a byte for so long, a connection counts as broken. */
const silence = 30_000;
const mostRedirects = 5;

/** Length of the part file; 0 without one. */
export async function lengthOf(part: string): Promise<number> {
  try {
    return (await stat(part)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
}

/**
 * Fetches what the part file lacks, by one request.
 * @throws TransferProblem; file system errors as they are; the signal's reason when aborted
 */
export async function transfer({ url, part, size, onProgress, signal }: TransferRequest): Promise<void> {
  const present = await lengthOf(part);
  if (size !== undefined && present === size) return;
  let response: IncomingMessage | undefined;
  try {
    response = await request(url, present, signal);
    const { start, total } = await placeOf(response, present, part);
    if (size !== undefined && total !== undefined && total !== size) {
      throw new TransferProblem(`the server has ${total} bytes, expected are ${size}`, false);
    }
    const counted = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      let bytes = start;
      for await (const chunk of chunks) {
        bytes += chunk.length;
        if (size !== undefined && bytes > size) throw new TransferProblem(`the server sends more than ${size} bytes`, false);
        yield chunk;
        onProgress?.(bytes, size ?? total);
      }
    };
    // At a position, not appended: should two processes ever write the same file, they write the same.
    const file = createWriteStream(part, { flags: start === 0 ? "w" : "r+", start, flush: true });
    await pipeline(response, counted, file, signal === undefined ? {} : { signal });
    const arrived = await lengthOf(part);
    if (size !== undefined && arrived < size) {
      throw new TransferProblem(`the connection ended after ${arrived} of ${size} bytes`, true);
    }
  } catch (error) {
    throw signal?.aborted === true ? signal.reason : asProblem(error);
  } finally {
    response?.destroy();
  }
}

/** Where in the file the response's bytes belong, and the length of the whole, if said. */
async function placeOf(
  response: IncomingMessage,
  present: number,
  part: string,
): Promise<{ start: number; total: number | undefined }> {
  const { statusCode: status, headers } = response;
  if (status === 200) return { start: 0, total: wholeNumber(headers["content-length"]) };
  if (status === 206) {
    const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers["content-range"] ?? "") ?? [];
    if (Number(start) === present) return { start: present, total: wholeNumber(total) };
  }
  if (status === 206 || status === 416) {
    await rm(part, { force: true });
    throw new TransferProblem("the server does not continue where the part file ends", true);
  }
  throw new TransferProblem(`HTTP ${status} ${response.statusMessage}`, status === 429 || (status ?? 0) >= 500);
}

/** Follows redirects. The body is taken as it is sent: a decoded one would not fit its checksum. */
async function request(url: string, from: number, signal: AbortSignal | undefined): Promise<IncomingMessage> {
  let target = new URL(url);
  for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
    const response = await requestOnce(target, from, signal);
    const { location } = response.headers;
    if (![301, 302, 303, 307, 308].includes(response.statusCode ?? 0) || location === undefined) return response;
    response.destroy();
    target = new URL(location, target);
  }
  throw new TransferProblem(`more than ${mostRedirects} redirects`, false);
}

function requestOnce(target: URL, from: number, signal: AbortSignal | undefined): Promise<IncomingMessage> {
  const get = target.protocol === "https:" ? getSecure : getPlain;
  const headers = { "accept-encoding": "identity", ...(from > 0 ? { range: `bytes=${from}-` } : {}) };
  return new Promise((resolve, reject) => {
    const sent = get(target, { headers, ...(signal === undefined ? {} : { signal }) }, resolve);
    sent.setTimeout(silence, () => sent.destroy(new TransferProblem(`no data for ${silence / 1000} s`, true)));
    sent.on("error", reject);
  });
}

/** Errors of the file system (they name a path) pass; those of the network become problems. */
function asProblem(error: unknown): unknown {
  if (error instanceof TransferProblem || (error as NodeJS.ErrnoException).path !== undefined) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT" || code === "EIO") return error;
  return new TransferProblem(message || (code ?? "the connection failed"), true, { cause: error });
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
