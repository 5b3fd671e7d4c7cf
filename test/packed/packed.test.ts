import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pack, published, run, type Package, type Tarball } from "./pack.js";

const packages = published();
let directory: string;
let tarballs: ReadonlyMap<string, Tarball>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "kdf-packed-"));
  const packed = await pack(packages, directory);
  tarballs = new Map(packed.map((tarball) => [tarball.name, tarball]));
}, 120_000);
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Files that the package promises: what it exports, its command. */
function promised({ json }: Package): string[] {
  const exported = Object.values(json.exports ?? {}).flatMap((entry) =>
    typeof entry === "string" ? [entry] : Object.values(entry as Readonly<Record<string, string>>),
  );
  return [...exported, ...Object.values(json.bin ?? {})].map((path) => path.replace(/^\.\//, ""));
}

describe.each(packages)("the tarball of $json.name", (subject) => {
  const files = (): readonly string[] => tarballs.get(subject.json.name)?.files ?? [];

  it("holds what package.json promises", () => {
    expect(files()).toEqual(expect.arrayContaining(promised(subject)));
  });

  it("holds something of each entry of `files`", () => {
    const without = (subject.json.files ?? []).filter((entry) => !files().some((file) => file === entry || file.startsWith(`${entry}/`)));
    expect(without).toEqual([]);
  });

  it("holds no sources, tests or leftovers", () => {
    // What create-plugin writes are sources and tests.
    const own = files().filter((file) => !file.startsWith("templates/"));
    const unwanted = own.filter((file) => /\.test\.|(^|\/)src\/|\.tmp\.|\.tsbuildinfo$|^dist\/.*(?<!\.d)\.m?ts$/.test(file));
    expect(unwanted).toEqual([]);
  });
});

describe("what is large", () => {
  it("is the data set's subset, under 8 MB", () => {
    expect(tarballs.get("@kdf/plugin-fashion-mnist")?.size).toBeLessThan(8e6);
  });

  it("is the teacher's weights, under 4 MB", () => {
    const teacher = tarballs.get("@kdf/plugin-fashion-mnist-teacher");
    expect(teacher?.files.filter((file) => file.endsWith(".safetensors"))).toHaveLength(1);
    expect(teacher?.size).toBeLessThan(4e6);
  });

  it("is nothing else", () => {
    const large = [...tarballs.values()].filter(({ size }) => size > 1e6).map(({ name }) => name);
    expect(["@kdf/plugin-fashion-mnist", "@kdf/plugin-fashion-mnist-teacher"]).toEqual(expect.arrayContaining(large));
  });
});

describe("a project that installs the tarballs", () => {
  let project: string;
  const kdf = (...parameters: string[]): Promise<string> => run("npx", ["--no-install", "kdf", ...parameters], project);

  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), "kdf-project-"));
    const dependencies = Object.fromEntries([...tarballs.values()].map(({ name, file }) => [name, `file:${file}`]));
    await writeFile(join(project, "package.json"), JSON.stringify({ name: "somebody's", private: true, dependencies }));
    await run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"], project);
  }, 180_000);
  afterAll(() => rm(project, { recursive: true, force: true }));

  it("lists every plugin", async () => {
    const { plugins } = JSON.parse(await kdf("plugins", "list", "--json")) as { plugins: { package: string }[] };
    const wanted = packages.map(({ json }) => json.name).filter((name) => name.startsWith("@kdf/plugin-"));
    expect(plugins.map((plugin) => plugin.package).sort()).toEqual(wanted.sort());
  });

  it("takes training steps by its defaults and an augmenter", async () => {
    const result = JSON.parse(await kdf("train", "--plugin", "cutmixpick", "--dry-run", "--json")) as object;
    expect(result).not.toHaveProperty("error");
  });
});
