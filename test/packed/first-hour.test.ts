import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { fewImages } from "./few-images.js";
import { pack, published, run } from "./pack.js";
import { serve, type Registry } from "./registry.js";

/**
 * What a new user types in an empty folder outside the repository: npx, npm and kdf, with a registry that serves the
 * packed packages. The first training uses half of the images that ship, the second a tenth.
 */
let folder: string;
let registry: Registry;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kdf-first-hour-"));
  const packages = published();
  const packed = await pack(packages, folder);
  registry = await serve(packages, new Map(packed.map((tarball) => [tarball.name, tarball])), folder);
}, 240_000);
afterAll(async () => {
  await registry.close();
  await rm(folder, { recursive: true, force: true });
});

const type = (directory: string, line: string): Promise<string> => {
  const [program, ...parameters] = line.split(" ");
  return run(program!, parameters, directory, registry.variables);
};

/** What a line that is refused prints, and its exit code. */
async function refused(directory: string, line: string): Promise<{ readonly code: unknown; readonly printed: string }> {
  const error = await type(directory, line).then(
    () => undefined,
    (failed: Error) => failed,
  );
  return { code: (error?.cause as { code?: unknown } | undefined)?.code, printed: error?.message ?? "" };
}

async function emptyFolder(name: string): Promise<string> {
  const directory = join(folder, name);
  await mkdir(directory);
  return directory;
}

const pluginsIn = (directory: string): string[] => readdirSync(join(directory, "node_modules/@kdf")).filter((name) => name.startsWith("plugin-"));
const training = "--run-dir run --json";

interface Outcome {
  readonly status: string;
  readonly test: { readonly last: { readonly top1: number } };
}

/** npm prints the script before its output. */
const outcomeIn = (printed: string): Outcome => JSON.parse(printed.slice(printed.indexOf('{"status"'))) as Outcome;

describe("npx @kdf/cli init in an empty folder", () => {
  let project: string;
  let printed: string;
  beforeAll(async () => {
    project = await emptyFolder("quick start");
    printed = await type(project, "npx --yes @kdf/cli init --yes");
    await type(project, "npm install");
  }, 300_000);

  it("writes what installs and says what to type next", () => {
    expect(readdirSync(project)).toEqual(expect.arrayContaining(["kdf.config.yaml", "package.json"]));
    expect(JSON.parse(readFileSync(join(project, "package.json"), "utf8"))).toMatchObject({ name: "quick-start", private: true });
    expect(printed).toMatch(/^Next:\n {2}npm install\n {2}npx kdf doctor\n {2}npm run train$/m);
  });

  it("installs under 60 MB besides the TensorFlow.js packages", () => {
    const bytes = (place: string): number =>
      readdirSync(place, { withFileTypes: true })
        .filter((entry) => entry.name !== "@tensorflow")
        .reduce((sum, entry) => sum + (entry.isDirectory() ? bytes(join(place, entry.name)) : lstatSync(join(place, entry.name)).size), 0);
    expect(existsSync(join(project, "node_modules/@tensorflow"))).toBe(true);
    expect(bytes(join(project, "node_modules"))).toBeLessThan(60e6);
  });

  it("is found in order by both doctors", async () => {
    expect(JSON.parse(await type(project, "npx kdf doctor --json"))).toMatchObject({ problems: 0 });
    expect(JSON.parse(await type(project, "npx kdf plugins doctor --json"))).toMatchObject({ problems: [] });
  });

  it("trains", async () => {
    const outcome = outcomeIn(await type(project, `npm run train -- --set validation.fraction=0.5 ${training}`));
    expect(outcome.status).toBe("finished");
    // Ten classes: by chance 0.1.
    expect(outcome.test.last.top1).toBeGreaterThan(0.4);
    expect(existsSync(join(project, "run/checkpoints/last/state.json"))).toBe(true);
  }, 600_000);

  it("says what installs a plugin that is not there, and takes it once that was typed", async () => {
    const { code, printed: message } = await refused(project, "npx kdf train --plugin mixup --dry-run");
    expect(code).toBe(2);
    const line = /npm install @kdf\/plugin-mixup/.exec(message)?.[0];
    expect(message).toContain("KDF_PLUGIN_NOT_FOUND");
    await type(project, line!);
    expect(JSON.parse(await type(project, "npx kdf train --plugin mixup --dry-run --json"))).toHaveProperty("dryRun");
  }, 300_000);
});

describe("a project without a preset", () => {
  let project: string;
  beforeAll(async () => {
    project = await emptyFolder("spelled-out");
    await type(project, "npx --yes @kdf/cli init --yes --spelled-out --plugin cutmix");
    await type(project, "npm install");
  }, 300_000);

  it("installs the command and the plugins that its configuration names, nothing else", () => {
    const { plugins, teacher, dataset, distiller, metrics, engine } = parse(readFileSync(join(project, "kdf.config.yaml"), "utf8")) as Record<string, any>;
    // resnet8 comes from cifar-zoo.
    const named: string[] = [...plugins, teacher, dataset, distiller, ...metrics, engine, "cifar-zoo"];
    expect(pluginsIn(project).sort()).toEqual([...new Set(named)].map((name) => `plugin-${name}`).sort());
  });

  it("trains", async () => {
    const images = fewImages(join(folder, "images"), 1000, 500);
    const outcome = outcomeIn(await type(project, `npx kdf train --config kdf.config.yaml --data-dir ${images} ${training} --batch-size 16 --set fashion-mnist.verify=false`));
    expect(outcome.status).toBe("finished");
    expect(outcome.test.last.top1).toBeGreaterThan(0.3);
  }, 600_000);

  it("says what installs the rest, where the configuration names more than is installed", async () => {
    await writeFile(join(project, "more.yaml"), `${readFileSync(join(project, "kdf.config.yaml"), "utf8")}\nplugins: [cutout]\n`.replace(/plugins:\n.*\n/, ""));
    const { code, printed } = await refused(project, "npx kdf train --config more.yaml --dry-run");
    expect(code).toBe(2);
    expect(printed).toContain("npm install @kdf/plugin-cutout");
  });
});
