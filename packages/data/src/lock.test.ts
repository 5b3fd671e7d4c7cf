import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withLock } from "./lock.js";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kdf-lock-"));
  file = join(folder, "x.lock");
});
afterEach(() => rmSync(folder, { recursive: true }));

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

test("one at a time, and the lock is gone afterwards, also after a failure", async () => {
  let inside = 0;
  let most = 0;
  const work = async () => {
    inside += 1;
    most = Math.max(most, inside);
    await pause(20);
    inside -= 1;
  };
  await Promise.all([withLock(file, work), withLock(file, work), withLock(file, work)]);
  expect(most).toBe(1);
  expect(existsSync(file)).toBe(false);
  await expect(withLock(file, () => Promise.reject(new Error("work")))).rejects.toThrow("work");
  expect(existsSync(file)).toBe(false);
});

test("waits for a living process, and takes over when it is killed", async () => {
  const holder = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  writeFileSync(file, JSON.stringify({ host: hostname(), process: holder.pid, token: "other" }));
  let entered = false;
  const waiting = withLock(file, async () => {
    entered = true;
  });
  await pause(300);
  expect(entered).toBe(false);
  holder.kill("SIGKILL");
  await waiting;
  expect(entered).toBe(true);
});

test("another machine's lock, or one that says nothing, counts until it is old", async () => {
  for (const content of [JSON.stringify({ host: `not-${hostname()}`, process: 1, token: "far" }), ""]) {
    writeFileSync(file, content);
    await expect(withLock(file, async () => "entered", { signal: AbortSignal.timeout(250) })).rejects.toThrow();
    const longAgo = Date.now() / 1000 - 61;
    utimesSync(file, longAgo, longAgo);
    expect(await withLock(file, async () => "entered")).toBe("entered");
  }
});

test("a holder that lost its lock leaves the new one alone", async () => {
  await withLock(file, async () => {
    writeFileSync(file, "taken over");
  });
  expect(readFileSync(file, "utf8")).toBe("taken over");
});
