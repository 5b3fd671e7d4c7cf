import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { errorCode, kdf, startKdf, temporaryFolder, type Finished } from "./kdf.js";

/** `kdf init` as it is built, in folders of its own; test/packed/first-hour.test.ts installs what it writes and trains. */
const folder = temporaryFolder();
afterAll(() => folder.remove());

const configuration = "kdf.config.yaml";
let folders = 0;

function made(files: Readonly<Record<string, string>> = {}): string {
  const directory = join(folder.path, `folder-${++folders}`);
  mkdirSync(directory);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return directory;
}

/** Names and contents of all that is below a folder. */
const contents = (directory: string): Record<string, string | null> =>
  Object.fromEntries(
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .map((entry) => [join(entry.parentPath, entry.name), entry.isFile() ? readFileSync(join(entry.parentPath, entry.name), "utf8") : null] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

const init = (directory: string, ...parameters: string[]): Promise<Finished> => startKdf(["init", ...parameters], directory).finished;
const packageIn = (directory: string): unknown => JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));

/** Refused with a code of the catalogue and a way out that kdf init has, and what stood in the test's folder stands there unchanged. */
async function expectRefusal(directory: string, parameters: readonly string[], code: string, says: string): Promise<void> {
  const before = contents(folder.path);
  const finished = await init(directory, ...parameters, "--json");
  expect(finished.code, finished.output).toBe(2);
  expect(errorCode(finished)).toBe(code);
  const { error } = JSON.parse(finished.output) as { error: Record<string, string> };
  expect(error["happened"]).toContain(says);
  expect(error["fix"]).not.toMatch(/^$|--run-dir|--config/);
  expect(finished.messages).toBe("");
  expect(contents(folder.path)).toEqual(before);
}

describe("kdf init", () => {
  it("writes both files into a folder that it makes, and says so in one object", async () => {
    const directory = made();
    const { code, output, messages } = await init(directory, "deep/My Student", "--yes", "--plugin", "mixup", "--plugin", "@acme/blur", "--epochs", "3", "--json");
    expect([code, messages]).toEqual([0, ""]);
    const place = join(directory, "deep/My Student");
    expect(JSON.parse(output)).toMatchObject({ directory: place, written: [configuration, "package.json"], extended: false, script: true, epochs: 3 });
    expect(readdirSync(place).sort()).toEqual([configuration, "package.json"]);
    expect(parse(readFileSync(join(place, configuration), "utf8"))).toEqual({ preset: "@kdf/plugin-quickstart", plugins: ["mixup", "@acme/blur"], epochs: 3, seed: 0 });
    expect(packageIn(place)).toEqual({
      name: "my-student",
      private: true,
      type: "module",
      scripts: { train: "kdf train --config kdf.config.yaml" },
      dependencies: { "@acme/kdf-plugin-blur": "*", "@kdf/cli": "^1.0.0", "@kdf/plugin-mixup": "^1.0.0", "@kdf/plugin-quickstart": "^1.0.0" },
    });
  });

  it("tells what to type next, within 80 columns", async () => {
    const { output } = await init(made(), "student", "--yes");
    expect(output).toMatch(/^Next:\n {2}cd student\n {2}npm install\n {2}npx kdf doctor\n {2}npm run train$/m);
    expect(output.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  it.each([[[]], [["--spelled-out"]]])("writes what kdf reads to the same settings (%j)", async (form) => {
    const directory = made();
    expect((await init(directory, "--yes", "--plugin", "cutout", "--epochs", "2", ...form)).code).toBe(0);
    const ofFile = await kdf("config", "print", "--config", join(directory, configuration), "--json");
    const ofOptions = await kdf("config", "print", "--plugin", "cutout", "--epochs", "2", "--set", "seed=0", "--json");
    expect(ofFile.code, ofFile.output).toBe(0);
    expect({ ...JSON.parse(ofFile.output), preset: undefined }).toEqual({ ...JSON.parse(ofOptions.output), preset: undefined });
  });

  it("adds to a package.json what it lacks, and keeps all that it has, in its order", async () => {
    const old = {
      "x-own": [1, { two: 3 }],
      name: "mine",
      scripts: { train: "python train.py", test: "vitest" },
      workspaces: ["packages/*"],
      devDependencies: { "@kdf/plugin-mixup": "1.2.3" },
      dependencies: { zod: "4.0.0", "@kdf/cli": "file:../cli" },
      overrides: { zod: "4.0.0" },
    };
    const directory = made({ "package.json": JSON.stringify(old, null, "\t"), "notes.txt": "mine" });
    const { code, output } = await init(directory, "--yes", "--plugin", "mixup", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(output)).toMatchObject({ extended: true, added: ["@kdf/plugin-quickstart"], script: false });
    const now = packageIn(directory) as typeof old;
    expect(now).toEqual({ ...old, dependencies: { ...old.dependencies, "@kdf/plugin-quickstart": "^1.0.0" } });
    expect(Object.keys(now)).toEqual(Object.keys(old));
    expect(readdirSync(directory).sort()).toEqual([configuration, "notes.txt", "package.json"]);
  });

  it("gives the configuration to one of two that begin at once, and tells the other", async () => {
    const directory = made();
    const [a, b] = await Promise.all([init(directory, "--yes", "--epochs", "2", "--json"), init(directory, "--yes", "--epochs", "3", "--json")]);
    const [won, lost] = a.code === 0 ? [a, b] : [b, a];
    expect([won.code, lost.code, errorCode(lost)]).toEqual([0, 2, "KDF_FILE_EXISTS"]);
    const { epochs } = JSON.parse(won.output) as { epochs: number };
    expect(parse(readFileSync(join(directory, configuration), "utf8"))).toMatchObject({ epochs });
    expect(readdirSync(directory).sort()).toEqual([configuration, "package.json"]);
  });
});

describe("kdf init refuses and changes nothing", () => {
  it("where a configuration exists", async () => {
    await expectRefusal(made({ [configuration]: "mine", "package.json": "{}" }), ["--yes"], "KDF_FILE_EXISTS", configuration);
  });

  it("where nothing says that nothing is to be asked", async () => {
    await expectRefusal(made(), [], "KDF_COMMAND_LINE_INVALID", "--yes");
    const directory = made();
    const { code, messages } = await init(directory);
    expect(code).toBe(2);
    expect(messages).toContain("--yes");
    expect(readdirSync(directory)).toEqual([]);
  });

  it.each([
    { parameters: ["--epochs", "0"], says: "--epochs 0" },
    { parameters: ["--epochs", "many"], says: "many" },
    { parameters: ["--plugin", "./blur"], says: "./blur" },
    { parameters: ["--plugin", "no name"], says: "no name" },
  ])("$parameters", async ({ parameters, says }) => {
    await expectRefusal(made(), ["new", "--yes", ...parameters], "KDF_COMMAND_LINE_INVALID", says);
  });

  it.each([
    { text: "{", says: "package.json" },
    { text: "[]", says: "no object" },
    { text: '{"dependencies": []}', says: "dependencies" },
  ])("a package.json that is $text", async ({ text, says }) => {
    await expectRefusal(made({ "package.json": text }), ["--yes"], "KDF_CONFIGURATION_UNREADABLE", says);
  });

  it("a package.json that is a folder", async () => {
    const directory = made();
    mkdirSync(join(directory, "package.json"));
    await expectRefusal(directory, ["--yes"], "KDF_CONFIGURATION_UNREADABLE", "package.json");
  });

  it.each(["file", "file/below", "file/far/below"])("%s, where file is a file", async (place) => {
    await expectRefusal(made({ file: "" }), [place, "--yes"], "KDF_DIRECTORY_UNWRITABLE", place);
  });

  it.skipIf(process.getuid?.() === 0)("a folder that is closed", async () => {
    const directory = made();
    mkdirSync(join(directory, "closed"));
    chmodSync(join(directory, "closed"), 0o500);
    for (const place of ["closed", "closed/below"]) await expectRefusal(directory, [place, "--yes"], "KDF_DIRECTORY_UNWRITABLE", place);
  });

  // The superuser may write everywhere but here, and Node's recursive mkdir never returns.
  it.skipIf(!existsSync("/proc/self"))("a folder that the system does not make", async () => {
    await expectRefusal(made(), ["/proc/kdf-init/below", "--yes"], "KDF_DIRECTORY_UNWRITABLE", "/proc/kdf-init");
  });
});
