import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { boringExperiment, errorCode, kdf, processorSeconds, repository, startKdf, temporaryFolder, timed } from "./kdf.js";

/** Requests that are wrong: exit 2 with an error that names the thing and the way out, soon, and nothing is written. */
const folder = temporaryFolder();
afterAll(() => folder.remove());

const experiment = boringExperiment(folder.path);
const runs = join(folder.path, "runs");

interface Refusal {
  readonly code: string;
  /** What the text must name: the thing, and the way out. */
  readonly names: readonly string[];
  readonly directory?: string;
  readonly runDirectory?: string;
}

async function expectRefusal(parameters: readonly string[], { code, names, directory, runDirectory }: Refusal): Promise<void> {
  const run = runDirectory ?? join(runs, "new");
  const finished = await startKdf(["train", ...parameters, "--run-dir", run, "--json"], directory ?? repository, timed).finished;
  expect(finished.output.trimEnd().split("\n")).toHaveLength(1);
  expect(errorCode(finished), finished.output).toBe(code);
  expect(finished.code).toBe(2);
  const { error } = JSON.parse(finished.output) as { error: Record<string, string> };
  for (const name of names) expect(error["message"]).toContain(name);
  for (const part of ["happened", "expected", "fix"]) expect(error[part]).toBeTruthy();
  expect(existsSync(runs)).toBe(false);
  expect(processorSeconds(finished)).toBeLessThan(2);
}

describe("a plugin that cannot be used", () => {
  const marker = join(folder.path, "code-was-run");
  const code = `import { writeFileSync } from "node:fs";\nwriteFileSync(${JSON.stringify(marker)}, "");\nexport default {};\n`;
  const manifest = { manifest: 1, id: "blur", provides: ["augmenter:blur"] };
  const fitting = { version: "1.0.0", kdf: manifest, peerDependencies: { "@kdf/core": "^1.0.0" } };
  let projects = 0;

  /** A project that declares and holds these packages. */
  function project(packages: Readonly<Record<string, object>>, text = code): string {
    const directory = join(folder.path, `project-${++projects}`);
    mkdirSync(directory);
    const dependencies = Object.fromEntries(Object.keys(packages).map((name) => [name, "*"]));
    writeFileSync(join(directory, "package.json"), JSON.stringify({ dependencies }));
    for (const [name, json] of Object.entries(packages)) {
      const place = join(directory, "node_modules", name);
      mkdirSync(place, { recursive: true });
      writeFileSync(join(place, "package.json"), JSON.stringify({ name, type: "module", exports: "./index.js", ...json }));
      writeFileSync(join(place, "index.js"), text);
    }
    return directory;
  }

  it("is unknown: the nearest name and what would install it", async () => {
    const names = ["No plugin cutmixpik", "Did you mean cutmixpick?", "npm install @kdf/plugin-cutmixpik"];
    await expectRefusal(["--plugin", "cutmixpik"], { code: "KDF_PLUGIN_NOT_FOUND", names });
  });

  it("is made for another version of core: its code is not run", async () => {
    const directory = project({ "kdf-plugin-blur": { ...fitting, version: "3.1.0", peerDependencies: { "@kdf/core": "^2.0.0" } } });
    const names = ["kdf-plugin-blur 3.1.0", "^2.0.0", "npm install kdf-plugin-blur@latest"];
    await expectRefusal(["--plugin", "blur"], { code: "KDF_PLUGIN_INCOMPATIBLE", names, directory });
    expect(existsSync(marker)).toBe(false);
  });

  it("may be one of two", async () => {
    const directory = project({ "@kdf/plugin-blur": fitting, "kdf-plugin-blur": fitting });
    const names = ["@kdf/plugin-blur", "kdf-plugin-blur", "--plugin @kdf/plugin-blur"];
    await expectRefusal(["--plugin", "blur"], { code: "KDF_PLUGIN_AMBIGUOUS", names, directory });
    expect(existsSync(marker)).toBe(false);
  });

  it("has no manifest: its code is not run", async () => {
    const directory = project({ "kdf-plugin-blur": { ...fitting, kdf: undefined } });
    const names = ["kdf-plugin-blur", '"kdf" field', "author"];
    await expectRefusal(["--plugin", "blur"], { code: "KDF_PLUGIN_NO_MANIFEST", names, directory });
    expect(existsSync(marker)).toBe(false);
  });

  it.each([
    ["exports something else", "export default {};\n", "definePlugin"],
    ["has no default export", "export const plugin = 1;\n", "no default export"],
    ["throws as it loads", 'throw new Error("no luck today");\n', "no luck today"],
    ["is no JavaScript", "export default {\n", "index.js"],
  ])("%s", async (_, text, name) => {
    const directory = project({ "kdf-plugin-blur": fitting }, text);
    await expectRefusal(["--plugin", "blur"], { code: "KDF_PLUGIN_BAD_EXPORT", names: ["kdf-plugin-blur", name, "reinstall"], directory });
  });
});

describe("an option that is wrong", () => {
  it.each([
    [["--set", "cutmixpick.poolFactr=3"], "KDF_OPTIONS_INVALID", ["cutmixpick", "did you mean poolFactor?", "--set"]],
    [["--set", "cutmixpick.poolFactor=many"], "KDF_OPTIONS_INVALID", ["cutmixpick", "poolFactor", "number", "--set"]],
    [["--set", "cutmixpik.poolFactor=3"], "KDF_SET_PATH_UNKNOWN", ["cutmixpik.poolFactor", "Did you mean cutmixpick?"]],
    [["--set", "optimizer.momentun=0.5"], "KDF_CONFIGURATION_INVALID", ["optimizer", "did you mean momentum?", "--set"]],
    [["--epochs", "many"], "KDF_CONFIGURATION_INVALID", ["epochs", "number", "command line"]],
    [["--set", "poolFactor"], "KDF_SET_MALFORMED", ["poolFactor", "--set path=value"]],
    [["--bach-size", "3"], "KDF_COMMAND_LINE_INVALID", ["--bach-size", "Did you mean --batch-size?", "kdf train --help"]],
  ] as const)("%j", async (parameters, code, names) => {
    await expectRefusal([...experiment, "--plugin", "cutmixpick", ...parameters], { code, names });
  });
});

describe("a setting of what the run does not use", () => {
  it.each([
    ["cutmixpick.poolFactor=banana", "KDF_OPTIONS_INVALID", ["cutmixpick", "poolFactor", "number"]],
    ["cutmixpick.poolFactor=3", "KDF_SET_UNUSED", ["augmenter:cutmixpick", "not used by this run", "--plugin cutmixpick"]],
    ["augmenter:cutout.side=2", "KDF_SET_UNUSED", ["augmenter:cutout", "--plugin cutout"]],
    ["kd.temperature=2", "KDF_SET_UNUSED", ["distiller:kd", "--distiller kd"]],
  ] as const)("--set %s", async (setting, code, names) => {
    await expectRefusal([...experiment, "--set", setting], { code, names });
    await expectRefusal([...experiment, "--set", setting, "--dry-run"], { code, names });
  });

  it("is none where something that runs asks for it: the base of a picking augmenter", async () => {
    const parameters = ["--distiller", "kd", "--plugin", "cutmixpick", "--set", "cutmixpick.base=cutout", "--set", "cutout.side=2"];
    const { code, output } = await kdf("train", ...experiment, ...parameters, "--dry-run", "--json");
    expect(code, output).toBe(0);
    await expectRefusal([...experiment, ...parameters, "--set", "mixup.alpha=1"], { code: "KDF_SET_UNUSED", names: ["mixup"] });
  });
});

describe("a network that is trained alone", () => {
  it.each([
    ["a distiller that does not exist", ["--distiller", "cross-entropi"], "KDF_CONTRIBUTION_UNKNOWN", ["Did you mean cross-entropy?"]],
    ["a distiller that needs a teacher", ["--distiller", "kd"], "KDF_DISTILLER_MISFIT", ["there is none", "--distiller cross-entropy"]],
    ["an augmenter", ["--plugin", "cutout"], "KDF_AUGMENTER_UNUSED", ["cutout", "augmentations need a teacher"]],
  ] as const)("by %s", async (_, parameters, code, names) => {
    await expectRefusal([...experiment, "--no-teacher", ...parameters], { code, names });
  });
});

describe("augmenters that do not fit", () => {
  it("one that is named twice", async () => {
    const names = ["cutout is named twice"];
    await expectRefusal([...experiment, "--plugin", "cutout", "--plugin", "cutout"], { code: "KDF_CONFIGURATION_INVALID", names });
    const both = ["--distiller", "kd", "--plugin", "cutout", "--plugin", "@kdf/plugin-cutout"];
    await expectRefusal([...experiment, ...both], { code: "KDF_CONFIGURATION_INVALID", names });
  });

  it("one that picks and is not last", async () => {
    const names = ["cutmixpick", "not last", "--plugin"];
    await expectRefusal([...experiment, "--plugin", "cutmixpick", "--plugin", "cutout"], { code: "KDF_AUGMENTER_ORDER", names });
  });

  it("one beside a distiller that has no term on augmented images", async () => {
    const names = ["faulty-distiller", "cutout", "--distiller faulty-distiller+kd", "augmentations need a teacher"];
    const set = ["hook=losses", "fault=throw", `marker=${join(folder.path, "marker")}`].map((value) => `--set=faulty-distiller.${value}`);
    const parameters = [...experiment, "--distiller", "faulty-distiller", ...set, "--plugin", "cutout"];
    await expectRefusal(parameters, { code: "KDF_AUGMENTER_UNUSED", names });
  });
});

describe("data that are wrong", () => {
  /** An idx file of bytes: magic number, sizes, values. */
  function idx(sizes: readonly number[], bytes: Uint8Array): Buffer {
    const header = Buffer.alloc(4 + 4 * sizes.length);
    header.writeUInt32BE(0x800 + sizes.length);
    sizes.forEach((size, place) => header.writeUInt32BE(size, 4 + 4 * place));
    return Buffer.concat([header, bytes]);
  }

  /** A folder with the four files of fashion-mnist, well-formed but small; some of them replaced. */
  function dataFolder(name: string, replaced: Readonly<Record<string, Buffer>> = {}): string[] {
    const directory = join(folder.path, name);
    mkdirSync(directory);
    const files = {
      "train-images-idx3-ubyte": idx([20, 28, 28], Buffer.alloc(20 * 784, 7)),
      "train-labels-idx1-ubyte": idx([20], Uint8Array.from({ length: 20 }, (_, row) => row % 10)),
      "t10k-images-idx3-ubyte": idx([10, 28, 28], Buffer.alloc(10 * 784, 9)),
      "t10k-labels-idx1-ubyte": idx([10], Uint8Array.from({ length: 10 }, (_, row) => row)),
      ...replaced,
    };
    for (const [file, bytes] of Object.entries(files)) writeFileSync(join(directory, file), bytes);
    return [...experiment, "--dataset", "fashion-mnist", "--data-dir", directory];
  }

  it("an unknown data set", async () => {
    const names = ["dataset fashion-mnst", "Did you mean fashion-mnist?"];
    await expectRefusal([...experiment, "--dataset", "fashion-mnst"], { code: "KDF_CONTRIBUTION_UNKNOWN", names });
  });

  it("a wrong checksum", async () => {
    const names = ["train-images-idx3-ubyte", "sha256", "fresh copy"];
    await expectRefusal(dataFolder("other-images"), { code: "KDF_DATA_CHECKSUM_WRONG", names });
  });

  it("a truncated idx file", async () => {
    const whole = idx([20, 28, 28], Buffer.alloc(20 * 784, 7));
    const parameters = dataFolder("truncated", { "train-images-idx3-ubyte": whole.subarray(0, whole.length - 100) });
    await expectRefusal(parameters, { code: "KDF_DATA_FILE_INVALID", names: ["train-images-idx3-ubyte", "fresh copy"] });
  });

  it("a label out of range, in the test images too", async () => {
    const parameters = dataFolder("labels", { "t10k-labels-idx1-ubyte": idx([10], Uint8Array.from([0, 1, 2, 10, 4, 5, 6, 7, 8, 9])) });
    const names = ["t10k-labels-idx1-ubyte", "label 10 in row 3", "from 0 to 9"];
    await expectRefusal([...parameters, "--set", "fashion-mnist.verify=false"], { code: "KDF_DATA_LABELS_INVALID", names });
  });

  it("a batch that is larger than the data", async () => {
    const names = ["batch size 1000", "training split", "--batch-size"];
    await expectRefusal([...experiment, "--batch-size", "1000"], { code: "KDF_DATA_TOO_SMALL", names });
  });
});

describe("a teacher that is wrong", () => {
  const teacher = join(folder.path, "teacher");

  beforeAll(async () => {
    const parameters = ["--no-teacher", "--epochs", "1", "--set", "dataset:boring.classes=4", "--run-dir", teacher];
    const { code, messages } = await kdf("train", ...experiment, ...parameters);
    expect(code, messages).toBe(0);
  }, 120_000);

  it("with another number of classes", async () => {
    const names = ["4 classes", "3 classes", "another --dataset"];
    await expectRefusal([...experiment, "--teacher", teacher], { code: "KDF_MODEL_MISMATCH", names });
  });

  it("in a truncated file", async () => {
    const last = join(teacher, "checkpoints", "last");
    const state = JSON.parse(readFileSync(join(last, "state.json"), "utf8")) as { files: { student: string } };
    const file = join(folder.path, "cut.safetensors");
    writeFileSync(file, readFileSync(join(last, state.files.student)));
    truncateSync(file, statSync(file).size - 10);
    await expectRefusal([...experiment, "--teacher", file], { code: "KDF_WEIGHTS_UNREADABLE", names: ["cut.safetensors", "again"] });
  });
});

describe("a run directory that cannot be made", () => {
  it("exists: what it holds stays as it is", async () => {
    const runDirectory = join(folder.path, "occupied");
    mkdirSync(runDirectory);
    writeFileSync(join(runDirectory, "run.json"), "mine");
    await expectRefusal(experiment, { code: "KDF_RUN_EXISTS", names: [runDirectory, "--run-dir", "--resume"], runDirectory });
    expect(readdirSync(runDirectory)).toEqual(["run.json"]);
    expect(readFileSync(join(runDirectory, "run.json"), "utf8")).toBe("mine");
  });

  it("is refused by a dry run, which would write nothing there", async () => {
    const runDirectory = join(folder.path, "taken");
    mkdirSync(runDirectory);
    await expectRefusal([...experiment, "--dry-run"], { code: "KDF_RUN_EXISTS", names: [runDirectory], runDirectory });
  });

  it("lies below a file", async () => {
    const file = join(folder.path, "file");
    writeFileSync(file, "mine", { mode: 0o755 });
    const runDirectory = join(file, "run");
    await expectRefusal(experiment, { code: "KDF_DIRECTORY_UNWRITABLE", names: [runDirectory, "--run-dir"], runDirectory });
    expect(readFileSync(file, "utf8")).toBe("mine");
  });

  it.skipIf(process.platform !== "linux")("lies where not even root may write", async () => {
    const runDirectory = "/proc/sys/kdf-run";
    await expectRefusal(experiment, { code: "KDF_DIRECTORY_UNWRITABLE", names: [runDirectory, "--run-dir"], runDirectory });
    expect(existsSync(runDirectory)).toBe(false);
  });
});
