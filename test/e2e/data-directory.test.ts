import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { boringExperiment, kdf, startKdf, temporaryFolder, until } from "./kdf.js";

/** A run whose data lie in a folder of the user's: the line that it ends with must lead on. */
const folder = temporaryFolder();
afterAll(() => folder.remove());

function idx(sizes: readonly number[], bytes: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  header.writeUInt32BE(0x800 + sizes.length);
  sizes.forEach((size, place) => header.writeUInt32BE(size, 4 + 4 * place));
  return Buffer.concat([header, bytes]);
}

const data = join(folder.path, "my data");
mkdirSync(data);
for (const [name, count] of [["train", 200], ["t10k", 20]] as const) {
  writeFileSync(join(data, `${name}-images-idx3-ubyte`), idx([count, 28, 28], Buffer.from(Array.from({ length: count * 784 }, (_, place) => (place * 7919) % 256))));
  writeFileSync(join(data, `${name}-labels-idx1-ubyte`), idx([count], Uint8Array.from({ length: count }, (_, row) => row % 10)));
}

it("is told to go on with --data-dir, and goes on by that line", async () => {
  const run = join(folder.path, "run");
  const experiment = boringExperiment(folder.path, { metrics: ["boring-accuracy"], epochs: 12 });
  const parameters = ["--no-teacher", "--dataset", "fashion-mnist", "--data-dir", data, "--set", "fashion-mnist.verify=false"];
  const { process, finished } = startKdf(["train", ...experiment, ...parameters, "--run-dir", run]);
  const lines = join(run, "metrics.jsonl");
  await until("the run has begun", () => existsSync(lines) && readFileSync(lines, "utf8").split("\n").length >= 4);
  process.kill("SIGINT");
  const { code, output, messages } = await finished;
  expect(code, messages).toBe(130);
  // Broken as a shell takes it, where it would be longer than a terminal's line.
  expect(output.replaceAll(/ \\\n +/g, " ")).toContain(`npx kdf train --resume ${run} --data-dir '${data}'\n`);

  const without = await kdf("train", "--resume", run, "--json");
  expect(without.code).toBe(2);
  const { error } = JSON.parse(without.output) as { error: { code: string; happened: string } };
  expect(error.code).toBe("KDF_RESUME_MISMATCH");
  // What differs is said, and nothing that is the same.
  expect(error.happened).toMatch(/was .*training 1\d\d.*, here it is .*training 8984/);
  expect(error.happened).not.toMatch(/[{}]/);

  const resumed = await kdf("train", "--resume", run, "--data-dir", data);
  expect(resumed.code, resumed.messages).toBe(0);
});
