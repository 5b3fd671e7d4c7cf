import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { folderCheck, memoryCheck, nodeCheck, readableCheck } from "./doctor-checks.js";

vi.mock("node:fs", async (original) => {
  const fs = await original<typeof import("node:fs")>();
  return { ...fs, statfsSync: vi.fn(fs.statfsSync) };
});

function folder(): string {
  const directory = mkdtempSync(join(tmpdir(), "kdf-doctor-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

describe("Node", () => {
  it.each([
    ["18.20.4", "problem"],
    ["20.18.9", "problem"],
    ["20.19.0", "ok"],
    ["21.7.0", "note"],
    ["22.12.0", "ok"],
    ["24.1.0", "ok"],
    ["25.0.0", "note"],
  ])("%s is %s", (version, status) => {
    expect(nodeCheck(version)).toMatchObject({ status, text: expect.stringContaining(version) });
  });

  it("is told to be replaced where it is too old", () => {
    expect(nodeCheck("18.0.0").fix).toContain("20.19");
  });
});

describe("memory", () => {
  it.each([
    [4e9, "ok", "4.0 GB of 8.0 GB memory free"],
    [512e6, "ok", "512 MB of 8.0 GB"],
    [300e6, "problem", "300 MB of 8.0 GB"],
  ])("%d bytes are %s", (bytes, status, told) => {
    expect(memoryCheck(bytes, 8e9, 2)).toMatchObject({ status, text: expect.stringContaining(told) });
  });
});

describe("a folder that is written to", () => {
  it("may be there or be made, and is not made by looking", () => {
    const place = folder();
    expect(folderCheck("cache", "in", place, "X")).toMatchObject({ status: "ok", details: { exists: true } });
    expect(folderCheck("cache", "in", join(place, "a", "b"), "X")).toMatchObject({ status: "ok", text: expect.stringContaining("made when needed") });
    expect(readdirSync(place)).toEqual([]);
  });

  it("cannot stand below a file", () => {
    const place = folder();
    writeFileSync(join(place, "file"), "");
    expect(folderCheck("cache", "in", join(place, "file", "x"), "set X")).toMatchObject({ status: "problem", fix: "set X", text: expect.stringContaining("is a file") });
  });

  it.skipIf(process.getuid?.() === 0)("must be open", () => {
    const place = folder();
    mkdirSync(join(place, "closed"));
    chmodSync(join(place, "closed"), 0o500);
    expect(folderCheck("cache", "in", join(place, "closed"), "set X")).toMatchObject({ status: "problem", fix: expect.stringContaining("chmod") });
  });

  it("needs room", () => {
    vi.mocked(statfsSync).mockReturnValueOnce({ bavail: 100, bsize: 4096 } as never);
    expect(folderCheck("runs", "in", folder(), "set X")).toMatchObject({ status: "problem", fix: expect.stringContaining("500 MB"), details: { freeBytes: 409_600 } });
  });
});

describe("a folder that is read", () => {
  it("must be a folder that exists", () => {
    const place = folder();
    writeFileSync(join(place, "file"), "");
    expect(readableCheck("data", "data", place).status).toBe("ok");
    expect(readableCheck("data", "data", join(place, "none"))).toMatchObject({ status: "problem", fix: expect.stringContaining("--data-dir") });
    expect(readableCheck("data", "data", join(place, "file")).status).toBe("problem");
  });
});
