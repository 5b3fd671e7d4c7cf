import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { boringExperiment, kdf, temporaryFolder } from "./kdf.js";

const folder = temporaryFolder();
afterAll(() => folder.remove());
const run = join(folder.path, "run");
const report = join(run, "report.html");

describe("report.html of a run", () => {
  beforeAll(async () => {
    const { code, messages } = await kdf("train", ...boringExperiment(folder.path, { distiller: "kd", epochs: 2 }), "--run-dir", run);
    expect(code, messages).toBe(0);
  }, 120_000);

  it("tells what came of it, and lies there alone", () => {
    const page = readFileSync(report, "utf8");
    expect(page).toMatch(/^<!doctype html>/);
    expect(page.trimEnd()).toMatch(/<\/html>$/);
    expect(page).toContain("student, last epoch");
    expect(page).not.toContain("not finished");
    expect(page).toContain("2 recorded, 2 asked for");
    expect(readdirSync(run).filter((file) => file.startsWith("report"))).toEqual(["report.html"]);
  });

  it("leads to files that are there", () => {
    const links = [...readFileSync(report, "utf8").matchAll(/href="\.\/([^"]+)"/g)].map(([, file]) => file!);
    expect(links).toContain("metrics.jsonl");
    for (const file of links) expect(existsSync(join(run, file)), file).toBe(true);
  });

  it("is written again when the run is resumed", async () => {
    const before = readFileSync(report, "utf8");
    rmSync(report);
    const { code, messages } = await kdf("train", "--resume", run);
    expect(code, messages).toBe(0);
    expect(readFileSync(report, "utf8")).toBe(before);
  });
});
