import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { boringExperiment, kdf, repository, startKdf, temporaryFolder } from "./kdf.js";

const folder = temporaryFolder();
afterAll(() => folder.remove());

interface Report {
  readonly problems: number;
  readonly next: string | null;
  readonly checks: readonly { readonly id: string; readonly status: string; readonly text: string; readonly fix?: string; readonly details?: any }[];
}
const read = (output: string): Report => JSON.parse(output) as Report;
const check = ({ checks }: Report, id: string) => checks.find((each) => each.id === id);

describe("kdf doctor", () => {
  it("starts every installed engine and checks the defaults", async () => {
    const { code, output } = await startKdf(["doctor", "--json"], repository, ["env", `KDF_CACHE_DIR=${join(folder.path, "cache")}`]).finished;
    const report = read(output);
    expect(code, output).toBe(0);
    expect(check(report, "node")).toMatchObject({ text: `Node ${process.versions.node}`, details: { version: process.versions.node } });
    expect(check(report, "node")?.status).not.toBe("problem");
    for (const id of ["wasm", "cpu"]) expect(check(report, `engine:${id}`)?.details).toMatchObject({ id, threads: expect.any(Number) });
    expect(check(report, "engine:wasm")?.details.features).toContain("simd128");
    // Its libraries are not part of what npm installs.
    expect(check(report, "engine:tensorflow")).toMatchObject({ status: "note", fix: expect.stringContaining("npx kdf engine install tensorflow") });
    expect(check(report, "configuration")).toMatchObject({ status: "ok", text: expect.stringContaining("fashion-mnist") });
    expect(check(report, "memory")).toMatchObject({ text: expect.stringMatching(/^\d.* of \d.*B memory free/), details: { totalBytes: expect.any(Number) } });
    // No engine, and yet fetched on purpose.
    expect(check(report, "installation:onnx")).toMatchObject({ status: "note", fix: "npx kdf engine install onnx" });
    expect(report.next).toMatch(/^kdf train/);
  });

  it("takes libraries that are not installed for a problem where the configuration names their engine", async () => {
    const file = join(folder.path, "tensorflow.yaml");
    writeFileSync(file, "engine: tensorflow\n");
    const { code, output } = await startKdf(["doctor", "--config", file, "--json"], repository, ["env", `KDF_CACHE_DIR=${join(folder.path, "cache")}`]).finished;
    expect(code).toBe(1);
    expect(check(read(output), "engine:tensorflow")).toMatchObject({ status: "problem", fix: expect.stringContaining("npx kdf engine install tensorflow") });
  });

  it("checks the file that is named, and says what is wrong with one and what to do", async () => {
    const good = await kdf("doctor", ...boringExperiment(folder.path), "--json");
    expect(check(read(good.output), "configuration")?.status, good.output).toBe("ok");
    const file = join(folder.path, "wrong.yaml");
    writeFileSync(file, "epoch: 3\n");
    const { code, output } = await kdf("doctor", "--config", file, "--data-dir", join(folder.path, "none"), "--json");
    expect(code).toBe(1);
    expect(check(read(output), "configuration")).toMatchObject({ status: "problem", text: expect.stringContaining("epochs"), fix: expect.any(String) });
    expect(check(read(output), "data")).toMatchObject({ status: "problem", fix: expect.stringContaining("--data-dir") });
  });

  it("names an engine that does not start, and one that hangs up", async () => {
    const project = join(folder.path, "project");
    const engines = { refusing: "async start() { throw new Error('no such device'); }", crashing: "async start() { process.abort(); }" };
    mkdirSync(join(project, "node_modules/@kdf"), { recursive: true });
    symlinkSync(join(repository, "packages/core"), join(project, "node_modules/@kdf/core"), "dir");
    writeFileSync(join(project, "package.json"), JSON.stringify({ dependencies: Object.fromEntries(Object.keys(engines).map((id) => [`kdf-plugin-${id}`, "*"])) }));
    for (const [id, start] of Object.entries(engines)) {
      const place = join(project, "node_modules", `kdf-plugin-${id}`);
      mkdirSync(place);
      writeFileSync(join(place, "package.json"), JSON.stringify({ name: `kdf-plugin-${id}`, version: "1.0.0", type: "module", exports: "./index.js", kdf: { manifest: 1, id, provides: [`engine:${id}`] }, peerDependencies: { "@kdf/core": "^1.0.0" } }));
      writeFileSync(join(place, "index.js"), `export default { id: "${id}", provides: { engine: { ${id}: { summary: "", options: { "~standard": { version: 1, vendor: "test", validate: (value) => ({ value }) } }, create: () => ({ ${start} }) } } }, [Symbol.for("kdf.plugin")]: 1 };\n`);
    }
    const { code, output } = await startKdf(["doctor", "--json"], project).finished;
    expect(code).toBe(1);
    expect(check(read(output), "engine:refusing")).toMatchObject({ status: "problem", text: expect.stringContaining("no such device") });
    expect(check(read(output), "engine:crashing")).toMatchObject({ status: "problem", text: expect.stringContaining("SIGABRT") });
    expect(check(read(output), "kdf")).toMatchObject({ status: "note", fix: "npm install @kdf/cli" });
  });

  it("passes on what an engine warns of, and what an installer finds on the machine", async () => {
    const project = join(folder.path, "warning");
    const options = `options: { "~standard": { version: 1, vendor: "test", validate: (value) => ({ value }) } }, summary: ""`;
    const place = join(project, "node_modules/kdf-plugin-warning");
    mkdirSync(join(project, "node_modules/@kdf"), { recursive: true });
    mkdirSync(place);
    symlinkSync(join(repository, "packages/core"), join(project, "node_modules/@kdf/core"), "dir");
    writeFileSync(join(project, "package.json"), JSON.stringify({ dependencies: { "kdf-plugin-warning": "*" } }));
    writeFileSync(join(place, "package.json"), JSON.stringify({ name: "kdf-plugin-warning", version: "1.0.0", type: "module", exports: "./index.js", kdf: { manifest: 1, id: "warning", provides: ["engine:warning", "installer:files"] }, peerDependencies: { "@kdf/core": "^1.0.0" } }));
    writeFileSync(
      join(place, "index.js"),
      `export default { id: "warning", provides: {
        engine: { warning: { ${options}, create: (_, { logger }) => ({ async start() { logger.warn("it is slow here"); return { id: "warning", tier: "gpu", library: "none", device: "abacus", threads: 1, features: [] }; } }) } },
        installer: { files: { ${options}, create: () => ({ async state() { return { status: "damaged", directory: "/x", details: {}, problem: "a file is missing" }; }, async examine() { return [{ id: "beads", status: "note", text: "no beads", fix: "buy some" }]; } }) } },
      }, [Symbol.for("kdf.plugin")]: 1 };\n`,
    );
    const report = read((await startKdf(["doctor", "--json"], project).finished).output);
    expect(check(report, "engine:warning")).toMatchObject({ status: "note", text: expect.stringMatching(/gpu: abacus, 1 thread; .* it is slow here$/), details: { warnings: ["it is slow here"] } });
    expect(check(report, "installation:files")).toMatchObject({ status: "note", text: "installation of files: a file is missing", fix: "npx kdf engine install files" });
    expect(check(report, "installation:files:beads")).toMatchObject({ status: "note", text: "files: no beads", fix: "buy some" });
  });

  it("says how to begin in an empty folder, within 80 columns", async () => {
    const empty = temporaryFolder();
    const { code, output } = await startKdf(["doctor"], empty.path).finished;
    empty.remove();
    expect(code).toBe(1);
    expect(output).toContain("kdf init");
    const words = output.split("\n").filter((line) => line.length > 80 && !line.includes(empty.path));
    expect(words).toEqual([]);
  });

  it("names a cache that cannot be made, a data folder that is a file, and what to type; writes nothing", async () => {
    const place = join(folder.path, "obstacles");
    mkdirSync(place);
    writeFileSync(join(place, "file"), "");
    const cache = join(place, "file/cache");
    const prefix = ["env", `KDF_CACHE_DIR=${cache}`];
    const { code, output, messages } = await startKdf(["doctor", "--data-dir", join(place, "file"), "--json"], repository, prefix).finished;
    expect([code, messages]).toEqual([1, ""]);
    const report = read(output);
    expect(check(report, "cache")).toMatchObject({ status: "problem", text: expect.stringContaining(cache), fix: expect.stringContaining("KDF_CACHE_DIR") });
    expect(check(report, "data")).toMatchObject({ status: "problem", text: expect.stringContaining("is no folder"), fix: expect.stringContaining("--data-dir") });
    expect(report.problems).toBe(report.checks.filter(({ status }) => status === "problem").length);
    expect(readdirSync(place)).toEqual(["file"]);
    const { output: text } = await startKdf(["doctor", "--data-dir", join(place, "file")], repository, prefix).finished;
    expect(text).toMatch(/problems found\.\n$/);
    expect(text.replace(/\s+/g, " ")).toContain("to fix: set KDF_CACHE_DIR to another folder");
    expect(text.split("\n").filter((line) => line.length > 80 && ![place, repository].some((path) => line.includes(path)))).toEqual([]);
  });

  it.each([
    { parameters: ["--plugin", "cutmixpik"], code: "KDF_PLUGIN_NOT_FOUND", names: "cutmixpick" },
    { parameters: ["--plugins"], code: "KDF_COMMAND_LINE_INVALID", names: "--plugin" },
  ])("refuses $parameters with exit 2", async ({ parameters, code, names }) => {
    const finished = await kdf("doctor", ...parameters, "--json");
    expect(finished.code).toBe(2);
    const { error } = JSON.parse(finished.output) as { error: Record<string, string> };
    expect(error["code"]).toBe(code);
    expect(error["message"]).toContain(names);
  });
});
