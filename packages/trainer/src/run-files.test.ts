import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRunDirectory, csvOf, cutBack, keepAttempt, LineFile, writeAtomically, writing } from "./run-files.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kdf-run-files-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("createRunDirectory", () => {
  it("refuses a directory that exists and leaves what is in it", () => {
    const directory = join(folder, "runs", "a");
    createRunDirectory(directory);
    writeFileSync(join(directory, "run.json"), "mine");
    expect(() => createRunDirectory(directory)).toThrow(expect.objectContaining({ code: "KDF_RUN_EXISTS" }));
    expect(readFileSync(join(directory, "run.json"), "utf8")).toBe("mine");
  });

  it("names a parent that is a file", () => {
    writeFileSync(join(folder, "file"), "");
    expect(() => createRunDirectory(join(folder, "file", "run"))).toThrow(expect.objectContaining({ code: "KDF_DIRECTORY_UNWRITABLE" }));
  });
});

describe("writeAtomically", () => {
  it("replaces the whole file and leaves no partial one", () => {
    const file = join(folder, "state.json");
    writeAtomically(file, "a longer first text");
    writeAtomically(file, "second");
    expect(readFileSync(file, "utf8")).toBe("second");
    expect(existsSync(`${file}.partial`)).toBe(false);
  });

  it("keeps the old file when the new one cannot be written", () => {
    const file = join(folder, "state.json");
    writeAtomically(file, "old");
    // The partial file's name is taken by a folder with something in it: the write fails before the rename.
    mkdirSync(join(`${file}.partial`, "taken"), { recursive: true });
    expect(() => writeAtomically(file, "new")).toThrow();
    expect(readFileSync(file, "utf8")).toBe("old");
  });

  it("says that the disk is full, naming the file", () => {
    const full = Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    const write = (): never =>
      writing("state.json", () => {
        throw full;
      });
    expect(write).toThrow(expect.objectContaining({ code: "KDF_DISK_FULL", message: expect.stringContaining("state.json") }));
  });
});

describe("lines of a run", () => {
  it("cuts a file back and keeps what was cut, attempt by attempt", () => {
    const file = join(folder, "metrics.jsonl");
    const lines = new LineFile(file);
    lines.append('{"step":1}');
    const length = lines.flush();
    lines.append('{"step":2}');
    lines.append('{"step":3}');
    lines.close();
    const keep = (cut: string): void => keepAttempt(folder, cut);
    cutBack(file, length, keep);
    expect(readFileSync(file, "utf8")).toBe('{"step":1}\n');
    expect(readFileSync(join(folder, "attempts", "1.jsonl"), "utf8")).toBe('{"step":2}\n{"step":3}\n');
    cutBack(file, length, keep);
    expect(existsSync(join(folder, "attempts", "2.jsonl"))).toBe(false);
    keepAttempt(folder, "more\n");
    expect(existsSync(join(folder, "attempts", "2.jsonl"))).toBe(true);
  });

  it("cuts nothing that could not be kept first", () => {
    const file = join(folder, "metrics.jsonl");
    writeFileSync(file, "first\nsecond\n");
    const full = (): void => {
      throw new Error("no room");
    };
    expect(() => cutBack(file, 6, full)).toThrow("no room");
    expect(readFileSync(file, "utf8")).toBe("first\nsecond\n");
  });

  it("goes on after what stands in the file", () => {
    const file = join(folder, "metrics.jsonl");
    writeFileSync(file, "first\n");
    const lines = new LineFile(file);
    lines.append("second");
    lines.close();
    expect(readFileSync(file, "utf8")).toBe("first\nsecond\n");
  });
});

describe("csvOf", () => {
  it("has a column for every metric and quotes what needs it", () => {
    const at = { stage: "distill", epoch: 0, globalStep: 7 };
    const text = csvOf([
      { type: "training", ...at, metrics: { total: 1.5 } },
      { type: "step", ...at, learningRate: 0.1, total: 1, terms: {}, imagesPerSecond: 5 },
      { type: "evaluation", ...at, split: "validation", role: "student", metrics: { top1: 0.5, note: 'a "b", c' } },
    ]);
    expect(text.split("\n")).toEqual([
      "type,stage,epoch,globalStep,split,role,checkpoint,total,top1,note",
      "training,distill,1,7,training,student,,1.5,,",
      'evaluation,distill,1,7,validation,student,,,0.5,"a ""b"", c"',
      "",
    ]);
  });
});


describe("the first free place", () => {
  it("goes to the next number where a run stands already", () => {
    const place = { parent: join(folder, "runs"), stem: "quick" };
    expect(createRunDirectory(place)).toBe(join(folder, "runs", "quick-1"));
    expect(createRunDirectory(place)).toBe(join(folder, "runs", "quick-2"));
  });
});
