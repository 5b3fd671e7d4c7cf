import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const configuration = join(root, ".dependency-cruiser.cjs");
const rules = createRequire(import.meta.url)(configuration) as { forbidden: { name: string }[] };
const command = join(root, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

/** Cruises the folders of `directory` and returns what the rules forbid there. */
function violations(directory: string, folders: readonly string[]): Promise<Violation[]> {
  const options = ["--config", configuration, "--output-type", "json", ...folders];
  return new Promise((done, fail) => {
    execFile(process.execPath, [command, ...options], { cwd: directory, maxBuffer: 1 << 28 }, (error, output) => {
      if (output === "") fail(error ?? new Error("dependency-cruiser printed nothing"));
      else done((JSON.parse(output) as { summary: { violations: Violation[] } }).summary.violations);
    });
  });
}

/** A tree that breaks each rule once: file, its import, the rule it breaks (none: the import is allowed). */
const fixture: readonly (readonly [file: string, imported: string, rule?: string])[] = [
  ["packages/core/src/a.ts", "@kdf/tensor", "core imports no other room"],
  ["packages/tensor/src/a.ts", "@kdf/nn", "tensor imports only core"],
  ["packages/nn/src/a.ts", "@kdf/data", "nn imports only core, tensor, formats"],
  ["packages/data/src/a.ts", "@kdf/host", "data imports only core, tensor, formats"],
  ["packages/host/src/a.ts", "@kdf/tensor", "host imports only core"],
  ["packages/trainer/src/a.ts", "@kdf/cli", "trainer imports only core, tensor, nn, data, host"],
  ["packages/trainer/src/plugin.ts", "@kdf/plugin-kd", "trainer imports only core, tensor, nn, data, host"],
  ["packages/trainer/src/testing.ts", "@kdf/testing", "trainer imports only core, tensor, nn, data, host"],
  ["packages/analysis/src/a.ts", "@kdf/tensor", "analysis imports only core"],
  ["packages/cli/src/a.ts", "@kdf/plugin-kd", "cli imports only core, tensor, nn, data, host, trainer, analysis, create-plugin"],
  ["packages/cli/src/testing.ts", "@kdf/testing", "cli imports only core, tensor, nn, data, host, trainer, analysis, create-plugin"],
  ["packages/testing/src/a.ts", "@kdf/trainer", "testing imports only core, tensor, nn, host"],
  ["packages/create-plugin/src/a.ts", "@kdf/tensor", "create-plugin imports only core, host"],
  ["packages/formats/src/a.ts", "@kdf/data", "formats imports only core"],
  ["packages/formats/src/a.test.ts", "@kdf/data", "tests of formats import only core, testing"],
  ["packages/images/src/a.ts", "@kdf/tensor", "images imports only core, data, formats"],
  ["packages/images/src/a.test.ts", "@kdf/tensor", "tests of images import only core, data, formats, testing"],
  ["packages/data/src/sharp.ts", "sharp", "only images imports the image decoder"],
  ["plugins/datasets/photos/src/a.ts", "@kdf/host", "a data set imports only core, tensor, nn, data, formats, images"],
  ["plugins/datasets/photos/src/a.test.ts", "@kdf/host", "tests of a data set import only core, tensor, nn, data, formats, images, testing"],
  ["plugins/datasets/photos/src/sharp.ts", "sharp", "only images imports the image decoder"],
  ["plugins/augmenters/mix/src/images.ts", "@kdf/images", "a plugin imports only core, tensor, nn, data"],
  ["packages/libtensorflow/src/a.ts", "@kdf/nn", "libtensorflow imports only core, tensor, data"],
  ["packages/libtensorflow/src/a.test.ts", "@kdf/nn", "tests of libtensorflow import only core, tensor, data, testing"],
  ["plugins/engines/fast/src/a.ts", "@kdf/host", "an engine imports only core, tensor, nn, data, libtensorflow"],
  ["plugins/engines/fast/src/a.test.ts", "@kdf/host", "tests of an engine import only core, tensor, nn, data, libtensorflow, testing"],
  ["packages/core/src/a.test.ts", "@kdf/host", "tests of core import only testing"],
  ["packages/tensor/src/a.test.ts", "@kdf/host", "tests of tensor import only core, testing"],
  ["packages/nn/src/a.test.ts", "@kdf/host", "tests of nn import only core, tensor, formats, testing"],
  ["packages/data/src/a.test.ts", "@kdf/host", "tests of data import only core, tensor, formats, testing"],
  ["packages/host/src/a.test.ts", "@kdf/plugin-kd", "tests of host import only core, testing"],
  ["packages/trainer/src/a.test.ts", "@kdf/plugin-kd", "tests of trainer import only core, tensor, nn, data, host, testing"],
  ["packages/analysis/src/a.test.ts", "@kdf/trainer", "tests of analysis import only core, testing"],
  [
    "packages/cli/src/a.test.ts",
    "@kdf/plugin-kd",
    "tests of cli import only core, tensor, nn, data, host, trainer, analysis, create-plugin, testing",
  ],
  ["packages/testing/src/a.test.ts", "@kdf/trainer", "tests of testing import only core, tensor, nn, host, testing"],
  ["packages/create-plugin/src/a.test.ts", "@kdf/tensor", "tests of create-plugin import only core, host, testing"],
  ["plugins/distillers/crd/src/by-name.ts", "@kdf/plugin-kd", "a plugin never imports another plugin"],
  ["plugins/distillers/crd/src/by-path.ts", "../../kd/src/index.js", "a plugin never imports another plugin"],
  ["plugins/distillers/crd/src/a.test.ts", "@kdf/plugin-kd", "a plugin never imports another plugin"],
  ["plugins/distillers/crd/src/b.ts", "@kdf/trainer", "a plugin imports only core, tensor, nn, data"],
  ["plugins/distillers/crd/src/c.ts", "@kdf/testing", "a plugin imports only core, tensor, nn, data"],
  ["plugins/metrics/top/src/d.ts", "@kdf/libtensorflow", "a plugin imports only core, tensor, nn, data"],
  ["plugins/distillers/crd/src/b.test.ts", "@kdf/host", "tests of a plugin import only core, tensor, nn, data, testing"],
  ["packages/create-plugin/templates/metric/src/a.ts", "@kdf/host", "a plugin imports only core, tensor, nn, data"],
  ["packages/create-plugin/templates/metric/src/a.test.ts", "@kdf/host", "tests of a plugin import only core, tensor, nn, data, testing"],
  ["packages/host/src/container.ts", "tsyringe", "only core's facade imports the container library"],
  ["plugins/distillers/crd/src/container.ts", "tsyringe", "only core's facade imports the container library"],
  ["packages/trainer/src/tensor.ts", "@tensorflow/tfjs", "only tensor, libtensorflow, engines and teachers import TensorFlow"],
  ["plugins/distillers/crd/src/tensor.ts", "@tensorflow/tfjs", "only tensor, libtensorflow, engines and teachers import TensorFlow"],
  ["packages/tensor/src/deep.ts", "@kdf/core/errors/error", "a package is entered only through what it exports"],
  ["packages/tensor/src/path.ts", "../../core/src/errors/error.js", "a package is entered only through what it exports"],
  ["test/deep.test.ts", "../packages/core/src/errors/error.js", "a package is entered only through what it exports"],
  ["packages/core/src/b.ts", "./c.test.js", "no code that ships imports a test"],
  ["packages/core/src/d.ts", "./e.js", "no cycles"],
  ["packages/core/src/f.ts", "./nowhere.js", "every import resolves"],
  ["packages/tensor/src/allowed.ts", "@kdf/core"],
  ["packages/trainer/src/allowed.ts", "@kdf/data"],
  ["packages/trainer/src/allowed.test.ts", "@kdf/testing"],
  ["plugins/distillers/crd/src/allowed.ts", "@kdf/nn"],
  ["plugins/distillers/crd/src/allowed.test.ts", "@kdf/testing"],
  ["packages/create-plugin/src/allowed.ts", "@kdf/host"],
  ["packages/create-plugin/templates/network/src/allowed.ts", "@kdf/nn"],
  ["packages/create-plugin/templates/network/src/allowed.test.ts", "@kdf/testing"],
  ["plugins/engines/fast/src/allowed.ts", "@kdf/libtensorflow"],
  ["plugins/datasets/photos/src/allowed.ts", "@kdf/images"],
  ["packages/nn/src/allowed.ts", "@kdf/formats"],
  ["test/allowed.test.ts", "@kdf/plugin-kd"],
];

/** What the fixture's imports lead to. */
const targets: readonly string[] = [
  ...["core", "tensor", "nn", "data", "host", "trainer", "cli", "testing", "libtensorflow", "formats", "images"].map((room) => `packages/${room}/src/index.ts`),
  "packages/core/src/errors/error.ts",
  "packages/core/src/c.test.ts",
  "plugins/distillers/kd/src/index.ts",
];
const manifest = '{ "exports": { ".": { "default": "./dist/index.js" } } }';

describe("the import rules", () => {
  let directory: string;
  let found: Violation[];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "kdf-dependency-rules-"));
    for (const file of ["tsconfig.json", "tsconfig.base.json"]) await cp(join(root, file), join(directory, file));
    const packageFolders = new Set(targets.map((file) => file.split("/src/")[0] ?? file));
    const files: readonly (readonly [file: string, text: string])[] = [
      ...targets.map((file) => [file, "export {};\n"] as const),
      ...[...packageFolders].map((folder) => [`${folder}/package.json`, manifest] as const),
      ...fixture.map(([file, imported]) => [file, `import "${imported}";\n`] as const),
      ["packages/core/src/e.ts", 'import "./d.js";\n'],
    ];
    for (const [file, text] of files) {
      await mkdir(dirname(join(directory, file)), { recursive: true });
      await writeFile(join(directory, file), text);
    }
    found = await violations(directory, ["packages", "plugins", "test"]);
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it.each(fixture)("%s importing %s against: %s", (file, _imported, rule) => {
    const broken = found.filter((violation) => violation.from === file).map((violation) => violation.rule.name);
    if (rule === undefined) expect(broken).toEqual([]);
    else expect(broken).toContain(rule);
  });

  it("has a case for each rule", () => {
    expect([...new Set(fixture.flatMap(([, , rule]) => rule ?? []))].sort()).toEqual(
      rules.forbidden.map((rule) => rule.name).sort(),
    );
  });

  it("holds in this repository", async () => {
    const folders = ["packages", "plugins", "examples", "test", "benchmarks", "tools"];
    const broken = await violations(root, folders.filter((folder) => existsSync(join(root, folder))));
    expect(broken.map((violation) => `${violation.from}: ${violation.rule.name}`)).toEqual([]);
  });
});
