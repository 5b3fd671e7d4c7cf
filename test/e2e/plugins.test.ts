import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { repository, startKdf, temporaryFolder } from "./kdf.js";

/** A project with one plugin that works and one for each way in which one does not. */
const folder = temporaryFolder();
afterAll(() => folder.remove());

const fitting = { "@kdf/core": "^1.0.0" };
const code = (id: string, provided = id): string =>
  `export default { id: "${id}", provides: { augmenter: { "${provided}": { summary: "of a test", create: () => ({}), options: { "~standard": { version: 1, vendor: "test", validate: (value) => ({ value }) } } } } }, [Symbol.for("kdf.plugin")]: 1 };\n`;

interface Given {
  readonly text: string;
  readonly peers?: Readonly<Record<string, string>>;
  readonly requires?: readonly string[];
}

const plugins: Readonly<Record<string, Given>> = {
  fine: { text: code("fine") },
  future: { text: 'throw new Error("its code ran");', peers: { "@kdf/core": "^7.0.0" } },
  copied: { text: 'throw new Error("its code ran");' },
  other: { text: code("other", "another") },
  wanting: { text: 'throw new Error("its code ran");', peers: { ...fitting, "kdf-plugin-brush": "^1.0.0" }, requires: ["augmenter:brush"] },
  hollow: { text: "export const plugin = {};" },
  broken: { text: 'throw new RangeError("no brush");' },
  leaving: { text: 'console.error("good bye"); process.exit(3);' },
  last: { text: code("last") },
};

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

writeFileSync(join(folder.path, "package.json"), JSON.stringify({ dependencies: Object.fromEntries(Object.keys(plugins).map((id) => [`kdf-plugin-${id}`, "*"])) }));
for (const [id, { text, peers = fitting, requires }] of Object.entries(plugins)) {
  const place = join(folder.path, "node_modules", `kdf-plugin-${id}`);
  const kdf = { manifest: 1, id, provides: [`augmenter:${id}`], ...(requires && { requires }) };
  write(join(place, "package.json"), JSON.stringify({ name: `kdf-plugin-${id}`, version: "1.0.0", type: "module", exports: "./index.js", kdf, peerDependencies: peers }));
  write(join(place, "index.js"), text);
}
// The command's own copy of core for all but one.
mkdirSync(join(folder.path, "node_modules/@kdf"));
symlinkSync(join(repository, "packages/core"), join(folder.path, "node_modules/@kdf/core"), "dir");
write(join(folder.path, "node_modules/kdf-plugin-copied/node_modules/@kdf/core/package.json"), JSON.stringify({ name: "@kdf/core", version: "1.0.0" }));

const expected: Readonly<Record<string, readonly [code: string, fix: string]>> = {
  future: ["KDF_PLUGIN_INCOMPATIBLE", "npm install kdf-plugin-future@latest"],
  copied: ["KDF_CORE_DUPLICATED", "npm dedupe"],
  other: ["KDF_PLUGIN_MISMATCH", "author"],
  wanting: ["KDF_PLUGIN_REQUIRES_MISSING", "npm install kdf-plugin-brush"],
  hollow: ["KDF_PLUGIN_BAD_EXPORT", "reinstall"],
  broken: ["KDF_PLUGIN_BAD_EXPORT", "reinstall"],
};

describe("kdf plugins doctor", () => {
  it("names all problems at once, each with a way out, and goes on after a plugin that ends its process", async () => {
    const { code: exit, output } = await startKdf(["plugins", "doctor", "--json"], folder.path).finished;
    const { problems, checked } = JSON.parse(output) as { problems: { packages: string[]; code: string; happened: string; fix: string }[]; checked: string[] };
    expect(exit).toBe(1);
    expect(checked).toHaveLength(Object.keys(plugins).length);
    expect(problems.map((problem) => problem.packages.join()).sort()).toEqual([...Object.keys(expected), "leaving"].map((id) => `kdf-plugin-${id}`).sort());
    for (const [id, [errorCode, fix]] of Object.entries(expected)) {
      const problem = problems.find(({ packages }) => packages.includes(`kdf-plugin-${id}`));
      expect(problem).toMatchObject({ code: errorCode, fix: expect.stringContaining(fix) });
    }
    const leaving = problems.find(({ packages }) => packages.includes("kdf-plugin-leaving"));
    expect(leaving?.happened).toContain("exit code 3");
    expect(leaving?.happened).toContain("good bye");
  });

  it("tells them within 80 columns, but for paths, which stay whole", async () => {
    const { code: exit, output } = await startKdf(["plugins", "doctor"], folder.path).finished;
    expect(exit).toBe(1);
    expect(output).toContain(`${Object.keys(plugins).length} plugins checked, ${Object.keys(expected).length + 1} problems found.`);
    expect(output.split("\n").filter((line) => line.length > 80 && !line.includes(folder.path) && !line.includes(repository))).toEqual([]);
  });

  it("finds nothing in this repository, within 80 columns", async () => {
    const { code: exit, output } = await startKdf(["plugins", "doctor"]).finished;
    expect(output).toMatch(/^\d+ plugins checked and loaded, no problem found\.\n$/);
    expect(exit).toBe(0);
  });
});

/** Processor time goes to the end of the messages: other processes of the machine do not count in it. */
const timed = ["env", "LC_ALL=C", "bash", "-c", 'TIMEFORMAT="%U %S"; time "$@"', "timed"];

describe.each(Object.entries(expected))("a run that names %s", (id, [errorCode, fix]) => {
  it("is refused for the same reason within 2 s, and makes nothing", async () => {
    const train = await startKdf(["train", "--plugin", id, "--json"], folder.path, timed).finished;
    expect(train.code).toBe(2);
    expect(JSON.parse(train.output)).toMatchObject({ error: { code: errorCode, fix: expect.stringContaining(fix) } });
    const [user = Infinity, system = Infinity] = train.messages.trimEnd().split("\n").at(-1)!.split(" ").map(Number);
    expect(user + system).toBeLessThan(2);
    expect(existsSync(join(folder.path, "runs"))).toBe(false);
  });

  it("is what kdf plugins why says, with the way out, and exit 1", async () => {
    const why = await startKdf(["plugins", "why", id], folder.path).finished;
    expect(why.code).toBe(1);
    for (const named of [errorCode, fix, `kdf-plugin-${id}`]) expect(why.output.replace(/\s+/g, " ")).toContain(named);
    const { output } = await startKdf(["plugins", "why", id, "--json"], folder.path).finished;
    expect(JSON.parse(output)).toMatchObject({ name: id, taken: false });
  });
});

describe("kdf plugins why", () => {
  it("tells the options with their defaults", async () => {
    const { code: exit, output } = await startKdf(["plugins", "why", "cutmixpick", "--json"]).finished;
    expect(exit).toBe(0);
    const { taken, plugins: [plugin] } = JSON.parse(output) as { taken: boolean; plugins: { contributions: { contribution: string; options: { name: string; default: unknown }[] }[] }[] };
    expect(taken).toBe(true);
    expect(plugin?.contributions[0]?.options).toContainEqual(expect.objectContaining({ name: "poolFactor", default: 2 }));
  });

  it("takes a plugin that nothing is wrong with, declared or in a folder", async () => {
    for (const name of ["fine", "./node_modules/kdf-plugin-fine"]) {
      const { code: exit, output } = await startKdf(["plugins", "why", name, "--json"], folder.path).finished;
      expect(exit, output).toBe(0);
      expect(JSON.parse(output)).toMatchObject({ taken: true, plugins: [{ package: "kdf-plugin-fine" }] });
    }
  });

  it("tells an author in the plugin's own folder to name the folder", async () => {
    const own = join(folder.path, "node_modules/kdf-plugin-fine");
    const { code: exit, output } = await startKdf(["plugins", "why", "fine"], own).finished;
    expect(exit).toBe(1);
    for (const named of ["the plugin that you are in", "--plugin .", "kdf plugins why .", "KDF_PLUGIN_IS_PROJECT"]) expect(output.replace(/\s+/g, " ")).toContain(named);
    expect((await startKdf(["plugins", "why", "."], own).finished).code).toBe(0);
  });

  it("says what an unknown name may be, and what installs it", async () => {
    const { code: exit, output } = await startKdf(["plugins", "why", "fyne"], folder.path).finished;
    expect(exit).toBe(1);
    for (const named of ["@kdf/plugin-fyne: not installed", "kdf-plugin-fyne: not installed", "KDF_PLUGIN_NOT_FOUND", "npm install"]) {
      expect(output.replace(/\s+/g, " ")).toContain(named);
    }
  });
});
