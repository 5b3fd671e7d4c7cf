import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { TemporaryProject } from "../test-support/temporary-project.js";
import { findProject } from "./project.js";

describe("findProject", () => {
  it("takes the nearest package.json upwards, and all its kinds of dependency, once", () => {
    const project = new TemporaryProject();
    const file = project.write(
      "package.json",
      JSON.stringify({
        dependencies: { b: "1", a: "1" },
        devDependencies: { c: "1", a: "1" },
        optionalDependencies: { d: "1" },
        peerDependencies: { e: "1" },
      }),
    );
    mkdirSync(project.path("src/deep"), { recursive: true });
    expect(findProject(project.path("src/deep"))).toEqual({
      directory: project.directory,
      file,
      declared: ["b", "a", "c", "d"],
    });
  });

  it("finds nothing declared outside any project", () => {
    const { directory } = new TemporaryProject();
    rmSync(join(directory, "package.json"));
    expect(findProject(directory)).toEqual({ directory, file: undefined, declared: [] });
  });

  it("refuses a damaged package.json, by its path", () => {
    const project = new TemporaryProject();
    const file = project.write("package.json", "{ name: }");
    expect(() => findProject(project.directory)).toThrow(
      expect.objectContaining({ code: "KDF_CONFIGURATION_UNREADABLE", message: expect.stringContaining(file) }),
    );
  });
});
