import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { packTarballs, tarballProblems } from "./tarball.js";

describe("what is wrong with a tarball", () => {
  let directory: string;
  const json = {
    name: "blur",
    version: "1.0.0",
    license: "Apache-2.0",
    type: "module",
    exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" }, "./package.json": "./package.json" },
    files: ["dist"],
    sideEffects: false,
  };
  const files: Readonly<Record<string, string>> = {
    "package.json": JSON.stringify(json),
    "dist/index.js": "export const blur = 1;\n",
    "dist/index.d.ts": "export declare const blur: number;\n",
    "README.md": "# blur\n",
    LICENSE: "Do as you like.\n",
  };

  beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), "kdf-tarball-"))));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  async function problemsWith(changes: Readonly<Record<string, string | undefined>>): Promise<string> {
    for (const [file, text] of Object.entries({ ...files, ...changes })) {
      if (text === undefined) continue;
      mkdirSync(dirname(join(directory, "blur", file)), { recursive: true });
      writeFileSync(join(directory, "blur", file), text);
    }
    const [tarball] = await packTarballs(directory, ["./blur"]);
    if (tarball === undefined) throw new Error("npm packed nothing");
    return (await tarballProblems(tarball)).join("\n");
  }

  it("is nothing where all is there", async () => {
    expect(await problemsWith({})).toBe("");
  });

  it("is a file that people need and that npm does not pack", async () => {
    expect(await problemsWith({ LICENSE: undefined })).toBe("LICENSE is not in the tarball");
  });

  it("is a build that is missing", async () => {
    const problems = await problemsWith({ "dist/index.js": undefined, "dist/index.d.ts": undefined });
    expect(problems).toContain("dist/index.js but the file does not exist");
    expect(problems).toContain("dist/index.d.ts but the file does not exist");
  });

  it("is code that is no module of the kind that it says", async () => {
    expect(await problemsWith({ "dist/index.js": "exports.blur = 1;\n" })).toContain("publint: ");
  });

  it("are types that are missing, or stand where nobody finds them", async () => {
    const exports = { ".": { default: "./dist/index.js" }, "./package.json": "./package.json" };
    const untyped = { "package.json": JSON.stringify({ ...json, exports }), "dist/index.d.ts": undefined };
    expect(await problemsWith(untyped)).toContain("types: there are none");
    expect(await problemsWith({ ...untyped, "dist/types.d.ts": "export {};\n" })).toContain("types: Could not find types: .");
  });
});
