import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { manifestSchema } from "@kdf/core";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { createdText, createPlugin } from "./create-plugin.js";
import { templateKinds, type TemplateKind } from "./template-kinds.js";

let from: string;
beforeEach(() => {
  from = mkdtempSync(join(tmpdir(), "kdf-create-"));
});
afterEach(() => {
  rmSync(from, { recursive: true });
});

const kinds = Object.keys(templateKinds) as TemplateKind[];

describe.each(kinds)("a new %s", (kind) => {
  it("has every file, its own names in them and no word of the template", () => {
    const created = createPlugin({ kind, id: "grey-world", scope: "@acme", from });
    const { directory, files } = created;
    expect(directory).toBe(join(from, "kdf-plugin-grey-world"));
    expect(files).toEqual([
      ".github/workflows/ci.yml",
      ".gitignore",
      "README.md",
      "package.json",
      "src/grey-world.test.ts",
      "src/grey-world.ts",
      "src/index.ts",
      "tsconfig.json",
    ]);
    expect(readdirSync(from)).toEqual(["kdf-plugin-grey-world"]);
    const text = files.map((file) => readFileSync(join(directory, file), "utf8")).join("\n");
    expect(text).not.toMatch(/package-name|plugin-id\b|PluginId|kdf-version/);
    expect(text).toContain("GreyWorld");
    const json = JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as { kdf: unknown };
    expect(json).toMatchObject({ name: "@acme/kdf-plugin-grey-world", keywords: ["kdf", "kdf-plugin", `kdf-${kind}`] });
    expect(manifestSchema.parse(json.kdf)).toMatchObject({ id: "grey-world", provides: [`${kind}:grey-world`] });
  });

  it("says that it is a sample, and what its author has to write", () => {
    const { directory } = createPlugin({ kind, id: "grey-world", from });
    const read = (file: string): string => readFileSync(join(directory, file), "utf8");
    const { description } = JSON.parse(read("package.json")) as { description: string };
    expect(description).toMatch(/^An? [a-z ]+ for kdf \(TODO: what it does\)$/);
    expect(read("src/index.ts")).toMatch(/summary = "TODO: .*; the sample: /);
    const [head = "", first = ""] = read("README.md").split("\n\n> ");
    // Nothing is said of what the sample does before it is called one.
    expect(head).toMatch(/^# kdf-plugin-grey-world\n\nAn? [a-z ]+ for \[kdf\]\([^)]*\)\.$/);
    expect(first).toMatch(/^TODO: say what [^]* is the sample(\n>)? that kdf's(\n>)? scaffolder/);
    expect(read("README.md")).toMatch(/\n\nThe sample /);
  });

  it("keeps out of git what kdf writes without being told where", () => {
    const { directory } = createPlugin({ kind, id: "grey-world", from });
    execFileSync("git", ["init", "--quiet"], { cwd: directory });
    const written = ["runs/fashion-mnist-1/run.json", "preview-1.html", "preview-12.png", "dist/index.js", "node_modules/x/index.js", "kdf-plugin-grey-world-0.1.0.tgz"];
    const ignored = execFileSync("git", ["check-ignore", "--no-index", ...written, "src/index.ts", "README.md"], { cwd: directory, encoding: "utf8" });
    expect(ignored.trimEnd().split("\n")).toEqual(written);
  });

  it("says what to type next, in lines that fit", () => {
    const created = createPlugin({ kind, id: "brighten", from });
    const lines = createdText(created).split("\n");
    expect(created.next).toHaveLength(3);
    expect(lines.slice(-3)).toEqual(created.next.map((step) => `  ${step}`));
    expect(created.next[0]).toBe("cd kdf-plugin-brighten && npm install");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

it("goes where it is told, and its folder is as readable as any other", () => {
  const { directory, next } = createPlugin({ kind: "metric", id: "x", directory: "deep/er/my plugin", from });
  mkdirSync(join(from, "other"));
  expect(directory).toBe(join(from, "deep/er/my plugin"));
  expect(next[0]).toBe('cd "deep/er/my plugin" && npm install');
  expect(statSync(directory).mode).toBe(statSync(join(from, "other")).mode);
});

const request = { kind: "augmenter", id: "grey", from: "" };
const refused = (given: Partial<typeof request> & { scope?: string; directory?: string }): unknown => {
  try {
    return createPlugin({ ...request, from, ...given });
  } catch (error) {
    return error;
  }
};

describe("nothing is written where it refuses", () => {
  test.each([
    { given: { kind: "augmentor" }, code: "KDF_SCAFFOLD_KIND_UNKNOWN", says: "Did you mean augmenter?" },
    { given: { kind: "toString" }, code: "KDF_SCAFFOLD_KIND_UNKNOWN", says: "toString" },
    { given: { kind: "engine" }, code: "KDF_SCAFFOLD_KIND_UNKNOWN", says: "engine" },
    { given: { id: "../grey" }, code: "KDF_SCAFFOLD_NAME_INVALID", says: "../grey" },
    { given: { scope: "@A" }, code: "KDF_SCAFFOLD_NAME_INVALID", says: "@A" },
    { given: { id: "cutmix" }, code: "KDF_SCAFFOLD_ID_TAKEN", says: "augmenter:cutmix is taken by @kdf/plugin-cutmix" },
    { given: { id: "cutmix", scope: "@acme" }, code: "KDF_SCAFFOLD_ID_TAKEN", says: "augmenter:cutmix" },
    // Another kind has it: --plugin kd would mean two packages.
    { given: { id: "kd" }, code: "KDF_SCAFFOLD_ID_TAKEN", says: "--plugin kd is taken by @kdf/plugin-kd" },
    { given: { kind: "network", id: "resnet8" }, code: "KDF_SCAFFOLD_ID_TAKEN", says: "network:resnet8" },
  ])("$given", ({ given, code, says }) => {
    expect(refused(given)).toMatchObject({ code, kind: "request", explanation: { happened: expect.stringContaining(says) } });
    expect(readdirSync(from)).toEqual([]);
  });

  it("an id of another kind under another scope is free", () => {
    expect(refused({ id: "kd", scope: "@acme" })).toHaveProperty("package", "@acme/kdf-plugin-kd");
  });

  test("a folder that exists, empty or not, a file and a link to nowhere stay as they are", () => {
    mkdirSync(join(from, "empty"));
    writeFileSync(join(from, "file"), "mine");
    symlinkSync(join(from, "nowhere"), join(from, "link"));
    for (const directory of ["empty", "file", "link", "."]) {
      expect(refused({ directory })).toMatchObject({ code: "KDF_SCAFFOLD_EXISTS", explanation: { happened: expect.stringContaining(directory) } });
    }
    expect(readdirSync(join(from, "empty"))).toEqual([]);
    expect(readFileSync(join(from, "file"), "utf8")).toBe("mine");
    expect(readdirSync(from).sort()).toEqual(["empty", "file", "link"]);
  });

  test("a place that cannot be written", () => {
    writeFileSync(join(from, "file"), "mine");
    expect(refused({ directory: "file/grey" })).toMatchObject({ code: "KDF_SCAFFOLD_UNWRITABLE", explanation: { happened: expect.stringContaining("is a file") } });
    expect(refused({ directory: `new/${"x".repeat(300)}` })).toMatchObject({ code: "KDF_SCAFFOLD_UNWRITABLE" });
    // Not even the folder that was made on the way.
    expect(readdirSync(from)).toEqual(["file"]);
  });

  test("an id or a name that a plugin of the project has", () => {
    const install = (name: string, provides: string[]): void => {
      mkdirSync(join(from, "node_modules", name), { recursive: true });
      const json = { name, version: "1.0.0", peerDependencies: { "@kdf/core": "^1.0.0" }, kdf: { manifest: 1, id: "any", provides } };
      writeFileSync(join(from, "node_modules", name, "package.json"), JSON.stringify(json));
    };
    install("@acme/kdf-plugin-many", ["augmenter:grey"]);
    install("kdf-plugin-blue", ["metric:hue"]);
    const dependencies = { "@acme/kdf-plugin-many": "*", "kdf-plugin-blue": "*" };
    writeFileSync(join(from, "package.json"), JSON.stringify({ name: "mine", dependencies }));
    expect(refused({})).toMatchObject({ code: "KDF_SCAFFOLD_ID_TAKEN", explanation: { happened: expect.stringContaining("@acme/kdf-plugin-many") } });
    expect(refused({ id: "blue" })).toMatchObject({ code: "KDF_SCAFFOLD_ID_TAKEN", explanation: { happened: expect.stringContaining("kdf-plugin-blue") } });
    expect(existsSync(join(from, "kdf-plugin-grey"))).toBe(false);
    expect(refused({ kind: "metric", id: "grey" })).toHaveProperty("package", "kdf-plugin-grey");
  });
});
