import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { configurationFileName, packageName, planProject, writeProject } from "./init-files.js";

const needs = { dependencies: { "@kdf/cli": "^1.0.0", "@kdf/plugin-a": "^1.0.0" }, script: "kdf train --config kdf.config.yaml" };

function folder(): string {
  const directory = mkdtempSync(join(tmpdir(), "kdf-init-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const write = (directory: string): void => writeProject(planProject(directory, "epochs: 1\n", needs));
const packageIn = (directory: string): Record<string, any> => JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as Record<string, any>;
const codeOf = (work: () => void): string => {
  try {
    work();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return "none";
};

describe("the files of a new project", () => {
  it("are written into a folder that is made, complete, with nothing beside them", () => {
    const directory = join(folder(), "deep", "My Student");
    write(directory);
    expect(readdirSync(directory).sort()).toEqual([configurationFileName, "package.json"]);
    expect(readFileSync(join(directory, configurationFileName), "utf8")).toBe("epochs: 1\n");
    expect(packageIn(directory)).toEqual({ name: "my-student", private: true, type: "module", scripts: { train: needs.script }, dependencies: needs.dependencies });
  });

  it("add to a package.json what it lacks and lose nothing of it", () => {
    const directory = folder();
    const old = {
      name: "mine",
      license: "MIT",
      scripts: { train: "python train.py", test: "vitest" },
      devDependencies: { "@kdf/plugin-a": "1.2.3" },
      dependencies: { zod: "4.0.0" },
      "x-own": [1, { two: 3 }],
    };
    writeFileSync(join(directory, "package.json"), JSON.stringify(old, null, "\t"));
    const plan = planProject(directory, "", needs);
    expect(plan).toMatchObject({ extended: true, added: ["@kdf/cli"], script: false });
    writeProject(plan);
    expect(packageIn(directory)).toEqual({ ...old, dependencies: { "@kdf/cli": "^1.0.0", zod: "4.0.0" } });
    expect(readFileSync(join(directory, "package.json"), "utf8")).toContain('\n\t"license"');
  });

  it("are refused where a configuration exists: not a byte is changed", () => {
    const directory = folder();
    writeFileSync(join(directory, configurationFileName), "mine");
    writeFileSync(join(directory, "package.json"), "{}");
    expect(codeOf(() => write(directory))).toBe("KDF_FILE_EXISTS");
    expect(readdirSync(directory).sort()).toEqual([configurationFileName, "package.json"]);
    expect(readFileSync(join(directory, configurationFileName), "utf8")).toBe("mine");
    expect(readFileSync(join(directory, "package.json"), "utf8")).toBe("{}");
  });

  it("do not replace a configuration that appears between plan and writing", () => {
    const directory = folder();
    writeFileSync(join(directory, "package.json"), "{}");
    const plan = planProject(directory, "epochs: 1\n", needs);
    writeFileSync(join(directory, configurationFileName), "mine");
    expect(codeOf(() => writeProject(plan))).toBe("KDF_FILE_EXISTS");
    expect(readdirSync(directory).sort()).toEqual([configurationFileName, "package.json"]);
    expect(readFileSync(join(directory, configurationFileName), "utf8")).toBe("mine");
    expect(readFileSync(join(directory, "package.json"), "utf8")).toBe("{}");
  });

  it("leave nothing where package.json cannot take its place", () => {
    const parent = folder();
    const directory = join(parent, "new");
    const plan = planProject(directory, "epochs: 1\n", needs);
    // A folder of that name is there when the file is to be renamed onto it.
    mkdirSync(join(directory, "package.json", "inside"), { recursive: true });
    expect(codeOf(() => writeProject(plan))).toBe("KDF_DIRECTORY_UNWRITABLE");
    expect(readdirSync(directory)).toEqual(["package.json"]);
  });

  it("leave no folder behind where one on the way is a file", () => {
    const parent = folder();
    writeFileSync(join(parent, "file"), "");
    expect(codeOf(() => planProject(join(parent, "file"), "", needs))).toBe("KDF_DIRECTORY_UNWRITABLE");
    expect(codeOf(() => write(join(parent, "file", "below")))).toBe("KDF_DIRECTORY_UNWRITABLE");
    expect(readdirSync(parent)).toEqual(["file"]);
  });

  it.skipIf(process.getuid?.() === 0)("are refused in a folder that is closed", () => {
    const parent = folder();
    chmodSync(parent, 0o500);
    expect(codeOf(() => write(join(parent, "new")))).toBe("KDF_DIRECTORY_UNWRITABLE");
    expect(existsSync(join(parent, "new"))).toBe(false);
  });

  it.each([
    ["{", "is damaged"],
    ["[]", "holds no object"],
    ['{"scripts": "none"}', "has odd scripts"],
  ])("are refused where package.json is %s: it %s", (text) => {
    const directory = folder();
    writeFileSync(join(directory, "package.json"), text);
    expect(codeOf(() => write(directory))).toBe("KDF_CONFIGURATION_UNREADABLE");
    expect(readdirSync(directory)).toEqual(["package.json"]);
    expect(readFileSync(join(directory, "package.json"), "utf8")).toBe(text);
  });
});

describe("a project's name", () => {
  it.each([
    ["/a/My Student!", "my-student"],
    ["/a/_x.y_", "x.y"],
    ["/", "kdf-project"],
    ["/a/ÄÖ", "kdf-project"],
    ["/node_modules", "kdf-project"],
  ])("%s gives %s", (path, name) => {
    expect(packageName(path)).toBe(name);
  });
});
