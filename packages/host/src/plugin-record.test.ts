import { createHash } from "node:crypto";
import { readFileSync, renameSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { augmenterPackage, TemporaryProject } from "../test-support/temporary-project.js";
import { pluginRecord } from "./plugin-record.js";

const folder = "node_modules/@kdf/plugin-a";

function projectWith(files: unknown): TemporaryProject {
  const project = TemporaryProject.with(augmenterPackage("a", { json: { files } }));
  project.write(`${folder}/dist/deep/b.js`, "b");
  project.write(`${folder}/dist/a.js`, "a");
  project.write(`${folder}/weights/w.bin`, "w");
  return project;
}

const recordOf = (project: TemporaryProject) =>
  pluginRecord({ plugin: "a", package: "@kdf/plugin-a", version: "1.0.0", directory: project.path(folder) });

describe("pluginRecord", () => {
  it("names the plugin, and hashes package.json and all that `files` names, with paths and lengths", () => {
    const project = projectWith(["dist"]);
    const hash = createHash("sha256");
    for (const path of ["dist/a.js", "dist/deep/b.js", "package.json"]) {
      const content = readFileSync(project.path(folder, path));
      hash.update(`${path}\0${content.length}\0`);
      hash.update(content);
    }
    expect(recordOf(project)).toEqual({ id: "a", package: "@kdf/plugin-a", version: "1.0.0", hash: hash.digest("hex") });
  });

  it("changes when a published file changes, moves or vanishes, and only then", () => {
    const project = projectWith(["./dist", "weights/*.bin"]);
    const hashes = [recordOf(project).hash];
    project.write(`${folder}/src/a.ts`, "not published");
    expect(recordOf(project).hash).toBe(hashes[0]);
    project.write(`${folder}/weights/w.bin`, "v");
    hashes.push(recordOf(project).hash);
    renameSync(project.path(folder, "dist/a.js"), project.path(folder, "dist/c.js"));
    hashes.push(recordOf(project).hash);
    renameSync(project.path(folder, "dist/c.js"), project.path(folder, "c.js"));
    hashes.push(recordOf(project).hash);
    expect(new Set(hashes).size).toBe(4);
  });

  it("takes dist where package.json has no `files`", () => {
    const project = projectWith(undefined);
    const before = recordOf(project).hash;
    project.write(`${folder}/dist/a.js`, "changed");
    expect(recordOf(project).hash).not.toBe(before);
  });
});
