import { mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { boringExperiment, repository, startKdf, temporaryFolder } from "../e2e/kdf.js";
import { run } from "../external/cached.js";

/** The real library in each form that `kdf engine install tensorflow` takes beside the wheel of the index. */
const folder = temporaryFolder();
afterAll(() => folder.remove());

let unpacked: string;
beforeAll(async () => {
  const wheels = join(folder.path, "wheels");
  await run("python3", ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", wheels, "tensorflow-cpu==2.21.0"]);
  unpacked = join(folder.path, "site-packages");
  await run("python3", ["-m", "zipfile", "-e", join(wheels, readdirSync(wheels)[0]!), unpacked]);
});

/** The name that a library states of itself, replaced by one that is not longer. */
function renameLibrary(file: string, from: string, to: string): void {
  const content = readFileSync(file);
  const [old, fresh] = [`\0${from}\0`, `\0${to}`.padEnd(from.length + 2, "\0")].map((text) => Buffer.from(text, "latin1"));
  for (let at = content.indexOf(old!); at >= 0; at = content.indexOf(old!, at + 1)) fresh!.copy(content, at);
  writeFileSync(file, content);
}

/** TensorFlow's release of the C library, as its archives are laid out, with the wheel's libraries. */
async function packRelease(): Promise<string> {
  const release = join(folder.path, "release");
  mkdirSync(join(release, "lib"), { recursive: true });
  for (const [name, from] of [["libtensorflow", "libtensorflow_cc"], ["libtensorflow_framework", "libtensorflow_framework"]] as const) {
    renameSync(join(unpacked, `tensorflow/${from}.so.2`), join(release, `lib/${name}.so.2.21.0`));
    symlinkSync(`${name}.so.2.21.0`, join(release, `lib/${name}.so.2`));
    symlinkSync(`${name}.so.2`, join(release, `lib/${name}.so`));
  }
  renameLibrary(join(release, "lib/libtensorflow.so.2.21.0"), "libtensorflow_cc.so.2", "libtensorflow.so.2");
  renameSync(join(unpacked, "tensorflow/include"), join(release, "include"));
  const file = join(folder.path, "libtensorflow-cpu-linux-x86_64.tar.gz");
  await run("tar", ["--create", "--file", file, "--use-compress-program", "gzip -1", "--directory", release, "./include", "./lib"]);
  return file;
}

async function installed(option: string, cache: string): Promise<Record<string, string>> {
  const environment = ["env", `KDF_CACHE_DIR=${join(folder.path, cache)}`];
  const { code, output, messages } = await startKdf(["engine", "install", "tensorflow", "--set", option, "--json"], repository, environment).finished;
  expect(code, messages).toBe(0);
  const trained = await startKdf(["train", ...boringExperiment(folder.path), "--engine", "tensorflow", "--run-dir", join(folder.path, `run-${cache}`), "--json"], repository, environment).finished;
  expect(trained.code, trained.messages).toBe(0);
  return (JSON.parse(output) as { details: Record<string, string> }).details;
}
const weights = (cache: string): Buffer => {
  const checkpoint = join(folder.path, `run-${cache}`, "checkpoints/last");
  return readFileSync(join(checkpoint, readdirSync(checkpoint).find((file) => file.endsWith(".safetensors"))!));
};

describe("libtensorflow 2.21.0", () => {
  it("of a Python environment's folder, and of a release's archive, loads and trains to the same weights", async () => {
    expect(await installed(`folder=${join(unpacked, "tensorflow")}`, "folder")).toMatchObject({ tensorflow: "2.21.0", source: "folder" });
    expect(await installed(`archive=${await packRelease()}`, "archive")).toMatchObject({ tensorflow: "2.21.0", source: "archive" });
    expect(readdirSync(join(folder.path, "archive/engines/tensorflow/lib")).sort()).toEqual(["libtensorflow.so.2", "libtensorflow_framework.so.2"]);
    expect(weights("archive").equals(weights("folder"))).toBe(true);
  });
});
