import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { root } from "../packed/pack.js";

/** The examples of the kit's README, as a reader runs them. */
const run = promisify(execFile);
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kdf-kit-readme-"));
  const text = readFileSync(join(root, "packages/testing/README.md"), "utf8");
  for (const [, path, body] of text.matchAll(/^```js\n\/\/ (\S+)\n([^]*?)^```$/gm)) {
    mkdirSync(dirname(join(folder, path!)), { recursive: true });
    writeFileSync(join(folder, path!), body!);
  }
  const json = {
    name: "kdf-plugin-mirror",
    version: "1.0.0",
    type: "module",
    keywords: ["kdf", "kdf-plugin", "kdf-augmenter"],
    exports: { ".": "./source/mirror.js", "./package.json": "./package.json" },
    peerDependencies: { "@kdf/core": "^1.0.0", "@kdf/tensor": "^1.0.0" },
    kdf: { manifest: 1, id: "mirror", provides: ["augmenter:mirror"] },
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify(json));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
});
afterAll(() => rmSync(folder, { recursive: true }));

// The runner that this test runs in would have Node's report to it.
const { NODE_TEST_CONTEXT: _, NODE_OPTIONS: _options, ...environment } = process.env;

it("the one with node:test passes, and fails for a plugin that is wrong", async () => {
  const node = (): Promise<{ stdout: string }> => run(process.execPath, ["--test", "--test-reporter=tap", "source/mirror.test.js"], { cwd: folder, env: environment });
  const { stdout } = await node();
  expect(stdout).toMatch(/^# fail 0$/m);
  expect(Number(/^# pass (\d+)$/m.exec(stdout)?.[1])).toBeGreaterThan(25);
  expect(stdout).toMatch(/^\s*ok \d+ - case: left becomes right$/m);

  const file = join(folder, "source/mirror.js");
  const right = readFileSync(file, "utf8");
  writeFileSync(file, right.replace("reverse(images, 2)", "reverse(images, 1)"));
  await expect(node()).rejects.toMatchObject({ stdout: expect.stringMatching(/^\s*not ok \d+ - case: left becomes right$/m) });
  writeFileSync(file, right);
});

it("the one with vitest passes", async () => {
  const { stdout } = await run(process.execPath, [join(root, "node_modules/vitest/vitest.mjs"), "run", "--root", folder, "--reporter=tap-flat", "source/mirror.spec.js"], {
    cwd: folder,
    env: { ...environment, VITEST: undefined, VITEST_POOL_ID: undefined, VITEST_WORKER_ID: undefined },
  }).catch((error: { stdout: string; stderr: string }) => ({ stdout: `${error.stdout}\n${error.stderr}` }));
  expect(stdout).toMatch(/^ok .*case: left becomes right/m);
  expect(stdout).not.toMatch(/^not ok/m);
});
