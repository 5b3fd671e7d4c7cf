import { readFileSync } from "node:fs";
import { mkdir, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { metricsLineSchema, runRecordSchema } from "@kdf/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../packed/pack.js";
import { readGuide } from "./guide.js";
import { allOfKdf, emptyProject, type Project } from "./project.js";

/**
 * What `npm create @kdf/plugin` writes, as its author has it: made by the packed scaffolder outside the repository,
 * installed by npm, tested by its own tests, packed, installed in a project and used. And the code of the guides.
 */
const kinds = ["augmenter", "distiller", "metric", "dataset", "network"] as const;
const idOf = (kind: string): string => `first-${kind}`;
const nameOf = (kind: string): string => `kdf-plugin-first-${kind}`;

let project: Project;
const plugins = (): string => join(project.directory, "plugins");

const create = (parameters: readonly string[], directory: string): Promise<string> =>
  run("npx", ["--no-install", "create-plugin", ...parameters], directory);

/** Runs `npm test` in a package's folder; the numbers that Node's test runner ends with. */
async function ownTests(folder: string): Promise<{ readonly passed: number; readonly failed: number }> {
  const output = await run("npm", ["test"], folder);
  const count = (what: string): number => Number(new RegExp(`^# ${what} (\\d+)$|^ℹ ${what} (\\d+)$`, "m").exec(output)?.slice(1).join(""));
  return { passed: count("pass"), failed: count("fail") };
}

beforeAll(async () => {
  project = await emptyProject();
  await project.install((json) => ({ ...json, dependencies: allOfKdf(project) }));
  await mkdir(plugins());
  for (const kind of kinds) {
    if (kind === "metric") await run("npx", ["--no-install", "kdf", "plugins", "new", kind, idOf(kind), "--json"], plugins());
    else await create([kind, idOf(kind)], plugins());
  }
  // npm finds every package that they name, at a version that they admit, or fails.
  await project.install((json) => ({ ...json, workspaces: ["plugins/*"] }));
}, 300_000);
afterAll(() => project.remove());

describe.concurrent.each(kinds)("a new %s", (kind) => {
  it("passes its own tests at once, and packs what it exports and no test", async ({ expect }) => {
    const folder = join(plugins(), nameOf(kind));
    const { passed, failed } = await ownTests(folder);
    expect(failed).toBe(0);
    // Fewer than these, and the kit's checks are not among them.
    expect(passed).toBeGreaterThan(12);

    const [packed] = JSON.parse(await run("npm", ["pack", "--dry-run", "--json"], folder)) as [{ files: { path: string }[] }];
    const files = packed.files.map(({ path }) => path);
    expect(files).toEqual(expect.arrayContaining(["package.json", "README.md", "dist/index.js", "dist/index.d.ts", `dist/${idOf(kind)}.js`]));
    expect(files.filter((file) => /test|^src|^tsconfig|^\./.test(file))).toEqual([]);
  }, 240_000);
});

describe("a new plugin whose test is wrong", () => {
  it("fails", async () => {
    const folder = join(plugins(), nameOf("metric"));
    const file = join(folder, "src/first-metric.ts");
    const right = readFileSync(file, "utf8");
    // The largest probability is 1 over the sum.
    await writeFile(file, right.replace("return 1 / ", "return 2 / "));
    await expect(ownTests(folder)).rejects.toThrow(/not ok|✖/);
    await writeFile(file, right);
    await run("npm", ["run", "build"], folder);
  });
});

describe("in a project that installs their tarballs", () => {
  beforeAll(async () => {
    const tarballs = join(project.directory, "tarballs");
    await mkdir(tarballs);
    for (const kind of kinds) await run("npm", ["pack", "--pack-destination", tarballs], join(plugins(), nameOf(kind)));
    const own = Object.fromEntries(kinds.map((kind) => [nameOf(kind), `file:${join(tarballs, `${nameOf(kind)}-0.1.0.tgz`)}`]));
    await rm(plugins(), { recursive: true });
    await project.install(({ workspaces: _, ...json }) => ({ ...json, dependencies: { ...json.dependencies, ...own } }));
  }, 60_000);

  it("kdf lists them", async () => {
    const { plugins } = JSON.parse(await project.kdf("plugins", "list", "--json")) as { plugins: { package: string; provides: string[]; problem: unknown }[] };
    for (const kind of kinds) {
      expect(plugins.find((plugin) => plugin.package === nameOf(kind))).toMatchObject({ provides: [`${kind}:${idOf(kind)}`], problem: null });
    }
  });

  it("kdf ranks with the augmenter", async () => {
    const { rows } = JSON.parse(await project.kdf("rank", "--augmenters", "identity,first-augmenter", "--steps", "10", "--json")) as {
      rows: { augmenter: string; results: { tStddev: number } }[];
    };
    const value = (augmenter: string): number | undefined => rows.find((row) => row.augmenter === augmenter)?.results.tStddev;
    expect(value("first-augmenter")).toBeGreaterThan(0);
    expect(value("first-augmenter")).not.toBe(value("identity"));
  });

  it("kdf trains the network on the data set alone, and then from it by the distiller, with augmenter and metric", async () => {
    const shared = ["--dataset", "first-dataset", "--set", "first-dataset.training=256", "--set", "first-dataset.test=64", "--batch-size", "16", "--epochs", "2"];
    const alone = ["train", ...shared, "--no-teacher", "--student", "first-network", "--run-dir", "teacher", "--json"];
    expect(JSON.parse(await project.kdf(...alone))).toMatchObject({ status: "finished" });

    const by = ["--teacher", "teacher", "--student", "first-network", "--distiller", "first-distiller", "--plugin", "first-augmenter"];
    const measured = ["--set", "metrics=[top-1,first-metric]", "--run-dir", "student", "--json"];
    expect(JSON.parse(await project.kdf("train", ...shared, ...by, ...measured))).toMatchObject({ status: "finished" });

    const run = join(project.directory, "student");
    const record = runRecordSchema.parse(JSON.parse(readFileSync(join(run, "run.json"), "utf8")));
    expect(record.plugins.map((plugin) => plugin.package)).toEqual(expect.arrayContaining(kinds.map(nameOf)));
    const lines = readFileSync(join(run, "metrics.jsonl"), "utf8").trimEnd().split("\n").map((line) => metricsLineSchema.parse(JSON.parse(line)));
    const text = JSON.stringify(lines);
    const steps = [0, 1].map((epoch) => lines.filter((line) => line.type === "step" && line.epoch === epoch).length);
    // 16 images each, of 256 less about a tenth.
    expect(steps[0]).toBeGreaterThan(10);
    expect(steps[1]).toBe(steps[0]);
    expect(text).toMatch(/"squaredError\.augmented":\d/);
    expect(text).toMatch(/"meanConfidence":0\.\d/);
  });
});

describe.concurrent.each(kinds)("docs/guides/write-…-%s.md", (kind) => {
  const { id, files, commands, ...guide } = readGuide(`write-${kind === "augmenter" ? "an" : "a"}-${kind}.md`);

  it("lists files that compile and pass their tests, and says commands that work", async ({ expect }) => {
    expect(guide.kind).toBe(kind);
    const [guides, folder] = [join(project.directory, "guides"), join(project.directory, "guides", `kdf-plugin-${id}`)];
    await mkdir(guides, { recursive: true });
    await create([kind, id], guides);
    // As the reader's npm install leaves it.
    await symlink(join(project.directory, "node_modules"), join(folder, "node_modules"));
    const scaffolded = (await readdir(join(folder, "src"))).map((name) => `src/${name}`);
    await run("git", ["init", "--quiet"], folder);
    const untracked = (): Promise<string> => run("git", ["ls-files", "--others", "--exclude-standard"], folder);
    const before = await untracked();
    expect([...files.keys()].sort()).toEqual(scaffolded.sort());
    for (const [path, text] of files) await writeFile(join(folder, path), text);
    expect((await ownTests(folder)).failed).toBe(0);

    expect(commands.length).toBeGreaterThan(0);
    for (const parameters of commands) {
      // What takes minutes there takes seconds here.
      const short = { rank: ["--steps", "5"], train: ["--dry-run"] }[parameters[0]!] ?? [];
      const output = await run("npx", ["--no-install", "kdf", ...parameters, ...short, "--json"], folder);
      expect(JSON.parse(output)).not.toHaveProperty("error");
      if (parameters[0] === "rank") expect(output).toContain(`"augmenter":"${id}"`);
    }
    // What the commands wrote is nothing for a repository.
    expect(await untracked()).toBe(before);
  }, 240_000);
});
