import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InstallationFolder } from "@kdf/data";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { writeWheel } from "../testing/write-wheel.js";
import { installerOptions, NativeInstaller, type NativeTarget } from "./native-installer.js";

let folder: string;
let target: NativeTarget;
let wheel: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "kdf-installer-"));
  target = {
    id: "tensorflow",
    project: "tensorflow-cpu",
    part: { package: "@tensorflow/tfjs-node", version: "4.22.0" },
    module: import.meta.url,
    cacheDirectory: join(folder, "cache"),
  };
  wheel = join(folder, "tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl");
  await writeWheel(wheel);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const installer = (options: Record<string, unknown> = {}): NativeInstaller => new NativeInstaller(target, installerOptions.parse(options));
const install = (options: Record<string, unknown>): Promise<unknown> => installer(options).install(() => {});

/** Stands for an installation that works. */
async function installBefore(): Promise<string> {
  const { directory } = await new InstallationFolder(target).install({
    bytes: 0,
    wanted: { tensorflow: "2.20.0" },
    make: async (made) => {
      writeFileSync(join(made, "libtensorflow_cc.so.2"), "the library");
      return {};
    },
  });
  return directory;
}

describe("refused before anything is written", () => {
  it.each([
    ["no compiler", {}, { CXX: "no-such-compiler" }, "no C++ compiler (no-such-compiler)", "CXX"],
    ["a wheel that is not there", { wheel: "nowhere.whl" }, {}, "no such file", "leave --set wheel=FILE out"],
    ["a folder without the library", { folder: tmpdir() }, {}, "holds no libtensorflow_cc.so.2", "leave --set folder=FOLDER out"],
    ["two sources", { folder: tmpdir(), wheel: "x.whl" }, {}, "both given", "leave one out"],
  ])("%s", async (_, options, environment, problem, fix) => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    await expect(install("wheel" in options || "folder" in options ? options : { wheel })).rejects.toMatchObject({
      code: "KDF_INSTALLATION_REFUSED",
      explanation: { happened: expect.stringContaining(problem) as string, fix: expect.stringContaining(fix) as string },
    });
    expect(existsSync(target.cacheDirectory)).toBe(false);
  });
});

describe("an installation that fails", () => {
  // The small wheel's libraries are text: the linker refuses them.
  it("says what the compiler said, leaves what was there, and nothing of itself", async () => {
    const directory = await installBefore();
    await expect(install({ wheel })).rejects.toMatchObject({
      code: "KDF_INSTALLATION_FAILED",
      explanation: { happened: expect.stringMatching(/compiling the addon failed: .*(error|No such file)/s) as string },
    });
    expect(await installer().verify()).toMatchObject({ status: "installed", details: { tensorflow: "2.20.0" } });
    expect(readdirSync(join(directory, ".."))).toEqual(["tensorflow"]);
  });

  it("clears away what a killed attempt left", async () => {
    const directory = await installBefore();
    mkdirSync(join(directory, "../.tensorflow.killed/javascript"), { recursive: true });
    await expect(install({ wheel })).rejects.toThrow();
    expect(readdirSync(join(directory, ".."))).toEqual(["tensorflow"]);
  });

  it("an addon that cannot be loaded is named", async () => {
    const compiler = join(folder, "compiler");
    // Writes what is no addon where the compiler would write it.
    writeFileSync(compiler, '#!/bin/sh\nfor word; do if [ "$previous" = -o ]; then echo no addon > "$word"; fi; previous=$word; done\necho compiler 1\n', { mode: 0o755 });
    vi.stubEnv("CXX", compiler);
    await expect(install({ wheel })).rejects.toMatchObject({
      code: "KDF_INSTALLATION_FAILED",
      explanation: { happened: expect.stringContaining("loading what was built failed") as string },
    });
    expect(await installer().state()).toMatchObject({ status: "absent" });
  });
});

it("removes what there is, and says whether there was any", async () => {
  const directory = await installBefore();
  expect(await installer().remove()).toBe(true);
  expect(existsSync(directory)).toBe(false);
  expect(await installer().remove()).toBe(false);
});
