import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { existsSync, realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import { runRecordSchema } from "@kdf/core";
import { writePlugin } from "@kdf/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root, run } from "../packed/pack.js";
import { allOfKdf, emptyProject, type Project } from "../scaffold/project.js";

/**
 * A plugin as a third party would publish it (test/ecosystem/acme): another scope, plain JavaScript in a layout of its
 * own, valibot and zod 3 for its options, packed and installed by npm in a project outside the repository.
 */
const acme = resolve(import.meta.dirname, "acme");
let project: Project;

/** Packs a folder into the project and says what package.json calls the tarball. */
async function packed(folder: string, to: string): Promise<string> {
  await mkdir(to, { recursive: true });
  const [{ filename }] = JSON.parse(await run("npm", ["pack", "--json", "--pack-destination", to], folder)) as [{ filename: string }];
  return `file:${join(to, filename)}`;
}

/** A plugin that was published with core among its bundled dependencies; its tarball. */
async function bundling(): Promise<string> {
  const folder = join(project.directory, "bundling");
  const core = join(folder, "node_modules/@kdf/core");
  await mkdir(core, { recursive: true });
  for (const part of ["package.json", "dist"]) await cp(join(root, "packages/core", part), join(core, part), { recursive: true });
  const json = {
    name: "@acme/kdf-plugin-bundling",
    version: "1.0.0",
    type: "module",
    exports: "./index.js",
    kdf: { manifest: 1, id: "bundling", provides: ["augmenter:bundled"] },
    dependencies: { "@kdf/core": "^1.0.0" },
    bundleDependencies: ["@kdf/core"],
    peerDependencies: { "@kdf/core": "^1.0.0" },
  };
  await writeFile(join(folder, "package.json"), JSON.stringify(json));
  await writeFile(join(folder, "index.js"), 'throw new Error("its code ran");\n');
  return packed(folder, join(project.directory, "tarballs"));
}

interface Refusal {
  readonly exit: number | undefined;
  readonly error: { readonly code: string; readonly happened: string; readonly fix: string };
}

/** The refusal that a command with `--json` ends with. */
async function refusal(running: Promise<string>): Promise<Refusal> {
  const failed = await running.then(
    (output) => {
      throw new Error(`nothing was refused: ${output}`);
    },
    (error: Error) => error,
  );
  const line = failed.message.split("\n").find((text) => text.startsWith('{"error"'));
  if (line === undefined) throw failed;
  return { exit: (failed.cause as { code?: number }).code, ...(JSON.parse(line) as Pick<Refusal, "error">) };
}

const boring = [
  ...["--no-preset", "--plugin", "./local/boring", "--dataset", "boring", "--teacher", "boring", "--student", "boring"],
  ...["--distiller", "kd", "--engine", "cpu", "--epochs", "1", "--batch-size", "16", "--set", "monitor=boring-accuracy"],
];

beforeAll(async () => {
  project = await emptyProject();
  const own = {
    "@acme/kdf-plugin-negative": await packed(acme, join(project.directory, "tarballs")),
    "@acme/kdf-plugin-bundling": await bundling(),
  };
  await project.install((json) => ({ ...json, dependencies: { ...allOfKdf(project), ...own } }));
  writePlugin(join(project.directory, "local/boring"), "boring", "@kdf/testing");
}, 300_000);
afterAll(() => project.remove());

describe("a third party's plugin", () => {
  const installed = (...path: string[]): string => join(project.directory, "node_modules", ...path);

  it("is installed with validators of its own, beside kdf's", async () => {
    expect(realpathSync(installed("@acme/kdf-plugin-negative"))).toContain(realpathSync(project.directory));
    const version = async (file: string): Promise<string> => (JSON.parse(await readFile(file, "utf8")) as { version: string }).version;
    const own = installed("@acme/kdf-plugin-negative/node_modules/zod/package.json");
    expect(await version(existsSync(own) ? own : installed("zod/package.json"))).toBe("3.25.76");
    expect(existsSync(installed("@acme/kdf-plugin-negative/node_modules/@kdf"))).toBe(false);
  });

  it("is listed by its short name", async () => {
    const { plugins } = JSON.parse(await project.kdf("plugins", "list", "--json")) as { plugins: { name: string }[] };
    expect(plugins.find(({ name }) => name === "@acme/negative")).toMatchObject({
      package: "@acme/kdf-plugin-negative",
      version: "2.3.1",
      provides: ["augmenter:negative", "metric:margin"],
      because: "declared",
      problem: null,
    });
  });

  it("is ranked", async () => {
    const augmenters = "identity,negative?probability=1";
    const { rows } = JSON.parse(await project.kdf("rank", "--augmenters", augmenters, "--steps", "5", "--json")) as { rows: { augmenter: string }[] };
    expect(rows.map(({ augmenter }) => augmenter).sort()).toEqual(augmenters.split(",").sort());
  });

  it("augments and measures a training, with the options that it is given", async () => {
    const by = ["--plugin", "@acme/negative", "--set", "negative.probability=1", "--set", "margin.view=augmented", "--set", "metrics=[boring-accuracy,margin]"];
    const finished = JSON.parse(await project.kdf("train", ...boring, ...by, "--set", "recordPlans=true", "--run-dir", "run", "--json")) as { status: string };
    expect(finished.status).toBe("finished");
    const read = (file: string): Promise<string> => readFile(join(project.directory, "run", file), "utf8");
    const record = runRecordSchema.parse(JSON.parse(await read("run.json")));
    expect(record.plugins).toContainEqual(expect.objectContaining({ package: "@acme/kdf-plugin-negative", version: "2.3.1" }));
    const lines = await read("metrics.jsonl");
    expect(lines).toMatch(/"margin":\d/);
    // The boring data set's normalisation: (1 - 2 · 0.4) / 0.25.
    expect(Number(/"white":\[([\d.]+)\]/.exec(lines)?.[1])).toBeCloseTo(0.8, 12);
  });

  it.each([
    { set: "negative.probability=2", says: "probability" },
    { set: "negative.probabilty=1", says: "probabilty" },
    { set: "margin.view=both", says: "view" },
    { set: "margin.vew=original", says: "vew" },
  ])("its validators refuse $set before anything is written", async ({ set, says }) => {
    const by = ["--plugin", "@acme/negative", "--set", "metrics=[boring-accuracy,margin]", "--set", set, "--run-dir", "refused", "--json"];
    const { exit, error } = await refusal(project.kdf("train", ...boring, ...by));
    expect([exit, error.code]).toEqual([2, "KDF_OPTIONS_INVALID"]);
    expect(error.happened).toContain(says);
    expect(existsSync(join(project.directory, "refused"))).toBe(false);
  });
});

describe("two copies of @kdf/core", () => {
  it("a plugin that brings its own is refused, with both named and none of its code run", async () => {
    const copy = join(project.directory, "node_modules/@acme/kdf-plugin-bundling/node_modules/@kdf/core");
    const { exit, error } = await refusal(project.kdf("rank", "--augmenters", "bundled", "--steps", "1", "--json"));
    expect([exit, error.code]).toEqual([2, "KDF_CORE_DUPLICATED"]);
    for (const named of ["@acme/kdf-plugin-bundling", realpathSync(copy), realpathSync(join(project.directory, "node_modules/@kdf/core"))]) {
      expect(error.happened).toContain(named);
    }
  });

  it("another kdf than the project's own is told to be one", async () => {
    const another = run(process.execPath, [join(root, "packages/cli/bin/kdf.js"), "rank", "--augmenters", "identity", "--json"], project.directory);
    const { exit, error } = await refusal(another);
    expect([exit, error.code]).toEqual([2, "KDF_CORE_DUPLICATED"]);
    expect(error.fix).toContain("npx kdf");
  });
});
