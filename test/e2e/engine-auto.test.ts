import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { boringExperiment, errorCode, repository, startKdf, temporaryFolder } from "./kdf.js";

const folder = temporaryFolder();
afterAll(() => folder.remove());
const withoutLibraries = ["env", `KDF_CACHE_DIR=${join(folder.path, "cache")}`];

describe("--engine auto", () => {
  it("takes the fastest engine that starts, and tells why it left each of the others", async () => {
    const experiment = boringExperiment(folder.path);
    const { code, output, messages } = await startKdf(["train", ...experiment, "--engine", "auto", "--dry-run", "--json"], repository, withoutLibraries).finished;
    expect(code, messages).toBe(0);
    expect(JSON.parse(output)).toHaveProperty("dryRun");
    expect(messages).toMatch(/^--engine auto takes wasm, embedded: cpu, /m);
    expect(messages).toMatch(/^--engine auto leaves cpu, reference: cpu, 1 thread$/m);
    expect(messages).toMatch(/^--engine auto leaves tensorflow: The engine tensorflow cannot start: its\s+libraries are not installed/m);
    expect(messages.match(/block-count is a folder/g)).toHaveLength(1);
    for (const line of messages.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  it("records the engine that it took, so that the run goes on with it", async () => {
    const run = join(folder.path, "run");
    const { code, messages } = await startKdf(["train", ...boringExperiment(folder.path), "--set", "engine=auto", "--run-dir", run, "--json"], repository, withoutLibraries).finished;
    expect(code, messages).toBe(0);
    const { engine, configuration } = JSON.parse(readFileSync(join(run, "run.json"), "utf8")) as { engine: object; configuration: object };
    expect(engine).toMatchObject({ id: "wasm", tier: "embedded" });
    expect(configuration).toMatchObject({ engine: "wasm" });
  });

  it("where none starts, names each with its reason and writes nothing", async () => {
    const project = join(folder.path, "project");
    const place = join(project, "node_modules/kdf-plugin-refusing");
    mkdirSync(join(project, "node_modules/@kdf"), { recursive: true });
    mkdirSync(place);
    for (const name of ["core", "tensor", "nn", "testing"]) symlinkSync(join(repository, "packages", name), join(project, "node_modules/@kdf", name), "dir");
    writeFileSync(join(project, "package.json"), JSON.stringify({ dependencies: { "kdf-plugin-refusing": "*" } }));
    writeFileSync(join(place, "package.json"), JSON.stringify({ name: "kdf-plugin-refusing", version: "1.0.0", type: "module", exports: "./index.js", kdf: { manifest: 1, id: "refusing", provides: ["engine:refusing"] }, peerDependencies: { "@kdf/core": "^1.0.0" } }));
    writeFileSync(join(place, "index.js"), `export default { id: "refusing", provides: { engine: { refusing: { summary: "", options: { "~standard": { version: 1, vendor: "test", validate: (value) => ({ value }) } }, create: () => ({ async start() { throw new Error("no such device"); } }) } } }, [Symbol.for("kdf.plugin")]: 1 };\n`);
    const finished = await startKdf(["train", ...boringExperiment(project), "--engine", "auto", "--json"], project, withoutLibraries).finished;
    expect([finished.code, errorCode(finished)], finished.messages).toEqual([2, "KDF_ENGINE_NONE_STARTS"]);
    expect(finished.output).toContain("refusing: ");
    expect(finished.output).toContain("no such device");
    expect(readdirSync(project)).not.toContain("runs");
  });
});
