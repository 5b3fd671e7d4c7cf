import { existsSync, readdirSync, readFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fewImages } from "../packed/few-images.js";
import { root, run } from "../packed/pack.js";
import { startVerdaccio, type LocalRegistry } from "./verdaccio.js";

/**
 * Two releases, tried with a registry on this machine (verdaccio): the one that stands in .changeset, and after it a minor
 * change to a room of packages/ with a patch to a plugin; then an empty project that installs from that registry and trains.
 * It works on a clone, thus on what is committed, whose third-party packages are the checkout's.
 */
const room = "@kdf/data";
const plugin = "@kdf/plugin-cutmixpick";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

let folder: string;
let copy: string;
let registry: LocalRegistry;
/** By name: before anything, after the first release, after the second. */
let before: ReadonlyMap<string, Manifest>;
let first: ReadonlyMap<string, Manifest>;
let second: ReadonlyMap<string, Manifest>;
/** There was a release before: the tag that `changeset publish` makes. */
let released: boolean;

/** Names the registry for npm and changesets both, so that nothing can be published elsewhere. */
const publishing = (): Record<string, string> => ({
  npm_config_userconfig: join(folder, "npmrc"),
  npm_config_registry: registry.address,
  "npm_config_@kdf:registry": registry.address,
  GIT_AUTHOR_NAME: "release",
  GIT_AUTHOR_EMAIL: "release@localhost",
  GIT_COMMITTER_NAME: "release",
  GIT_COMMITTER_EMAIL: "release@localhost",
});
const inCopy = (program: string, ...parameters: string[]): Promise<string> => run(program, parameters, copy, publishing());

async function manifests(): Promise<Map<string, Manifest>> {
  const files = (await inCopy("git", "ls-files", ":(glob)packages/*/package.json", ":(glob)plugins/*/*/package.json")).trim().split("\n");
  const all = files.map((file) => JSON.parse(readFileSync(join(copy, file), "utf8")) as Manifest).filter((manifest) => manifest.private !== true);
  return new Map(all.map((manifest) => [manifest.name, manifest]));
}

const versions = (all: ReadonlyMap<string, Manifest>): Record<string, string> => Object.fromEntries([...all.values()].map(({ name, version }) => [name, version]));

/** The checkout's third-party packages, but the copy's own workspaces. */
async function linkModules(): Promise<void> {
  const modules = join(root, "node_modules");
  await mkdir(join(copy, "node_modules"));
  for (const name of readdirSync(modules)) {
    const target = join(copy, "node_modules", name);
    // The links of this scope are relative.
    if (name === "@kdf") await cp(join(modules, name), target, { recursive: true, verbatimSymlinks: true });
    else await symlink(join(modules, name), target);
  }
  const workspaces = (await inCopy("git", "ls-files", ":(glob)*/**/package.json")).trim().split("\n").map(dirname);
  for (const workspace of workspaces) {
    const own = join(root, workspace, "node_modules");
    if (existsSync(own)) await symlink(own, join(copy, workspace, "node_modules"));
  }
}

async function release(): Promise<Map<string, Manifest>> {
  await inCopy("npx", "--no-install", "changeset", "version");
  await inCopy("npx", "--no-install", "changeset", "publish");
  return manifests();
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kdf-release-"));
  copy = join(folder, "copy");
  await run("git", ["clone", "--quiet", root, copy], folder);
  await mkdir(join(folder, "registry"));
  registry = await startVerdaccio(join(folder, "registry"));
  await writeFile(join(folder, "npmrc"), registry.credentials);
  await linkModules();
  released = (await inCopy("git", "tag", "--list", "@kdf/core@*")) !== "";
  before = await manifests();
  // What turbo has built of the same sources, it takes from the checkout's cache. Versions alone change no output.
  await inCopy("npx", "--no-install", "turbo", "run", "build", `--cache-dir=${join(root, ".turbo/cache")}`);
  first = await release();
  await writeFile(join(copy, ".changeset/tried.md"), `---\n"${room}": minor\n"${plugin}": patch\n---\n\nTried.\n`);
  second = await release();
});
afterAll(async () => {
  await registry.close();
  await rm(folder, { recursive: true, force: true });
});

const isPlugin = (name: string): boolean => name.startsWith("@kdf/plugin-");

/** `1.2.3` with one part counted up, those behind it nought. */
function bumped(version: string | undefined, part: "minor" | "patch"): string {
  const [major, minor, patch] = version!.split(".").map(Number);
  return part === "minor" ? `${major}.${minor! + 1}.0` : `${major}.${minor}.${patch! + 1}`;
}

describe("the release that stands in .changeset", () => {
  it("leaves every version as it is, when it is the first one", ({ skip }) => {
    skip(released, "there was one before");
    expect(versions(first)).toEqual(versions(before));
    expect(new Set(Object.values(versions(first)))).toEqual(new Set(["1.0.0"]));
  });

  it("publishes every package, private ones apart", async () => {
    const latest = await Promise.all([...first.keys()].map(async (name) => [name, Object.keys((await registry.packument(name))?.versions ?? {})[0]]));
    expect(Object.fromEntries(latest)).toEqual(versions(first));
    expect(await registry.packument("@kdf/test")).toBeUndefined();
  });
});

describe("a minor change to a room, a patch to a plugin", () => {
  it("moves all of packages/ together, and of the plugins that one alone", () => {
    const next = bumped(first.get(room)?.version, "minor");
    const expected = [...first.values()].map(({ name, version }) => [name, isPlugin(name) ? version : next]);
    expect(versions(second)).toEqual({ ...Object.fromEntries(expected), [plugin]: bumped(first.get(plugin)?.version, "patch") });
  });

  it("leaves the peer ranges of every plugin, whose major stays", () => {
    const peers = (all: ReadonlyMap<string, Manifest>): object => Object.fromEntries([...all.values()].map(({ name, peerDependencies }) => [name, peerDependencies]));
    expect(peers(second)).toEqual(peers(first));
    expect(second.get(plugin)?.peerDependencies?.["@kdf/core"]).toBe(`^${first.get(plugin)!.version.split(".")[0]!}.0.0`);
  });

  it("publishes what moved as the latest, and nothing else anew", async () => {
    for (const [name, { version }] of second) {
      const packument = await registry.packument(name);
      expect(packument?.["dist-tags"]["latest"], name).toBe(version);
      expect(Object.keys(packument?.versions ?? {}), name).toEqual([...new Set([first.get(name)!.version, version])]);
    }
  });

  it("is tagged for each package that moved", async () => {
    const tags = (await inCopy("git", "tag")).split("\n");
    const moved = [...second.values()].filter(({ name, version }) => version !== first.get(name)?.version);
    expect(tags).toEqual(expect.arrayContaining(moved.map(({ name, version }) => `${name}@${version}`)));
  });
});

describe("an empty project that installs from the registry", () => {
  let project: string;
  /** As a user would, but for the scope's registry. */
  const type = (program: string, ...parameters: string[]): Promise<string> => run(program, parameters, project, { npm_config_userconfig: join(folder, "user-npmrc") });
  const train = async (...parameters: string[]): Promise<unknown> =>
    JSON.parse(await type("npx", "--no-install", "kdf", "train", "--plugin", "cutmixpick", ...parameters, "--json"));

  beforeAll(async () => {
    project = join(folder, "project");
    await mkdir(project);
    await writeFile(join(folder, "user-npmrc"), "");
    await writeFile(join(project, "package.json"), JSON.stringify({ name: "somebodys", private: true }));
    await writeFile(join(project, ".npmrc"), `@kdf:registry=${registry.address}\nignore-scripts=true\naudit=false\nfund=false\n`);
    await type("npm", "install", "@kdf/cli", "@kdf/plugin-quickstart", plugin);
  });

  it("has the packages of the second release, beside plugins of the first", () => {
    const installed = readdirSync(join(project, "node_modules/@kdf")).map((name) => `@kdf/${name}`);
    const found = installed.map((name) => [name, (JSON.parse(readFileSync(join(project, "node_modules", name, "package.json"), "utf8")) as Manifest).version]);
    expect(installed).toEqual(expect.arrayContaining(["@kdf/cli", "@kdf/core", room, plugin, "@kdf/plugin-quickstart", "@kdf/plugin-wasm"]));
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(installed.map((name) => [name, second.get(name)?.version])));
  });

  it("took them from that registry", () => {
    const { packages } = JSON.parse(readFileSync(join(project, "package-lock.json"), "utf8")) as { packages: Record<string, { resolved?: string }> };
    const ours = Object.entries(packages).filter(([place]) => place.includes("node_modules/@kdf/"));
    expect(ours.filter(([, { resolved }]) => resolved?.startsWith(registry.address) !== true)).toEqual([]);
  });

  it("takes training steps", async () => {
    const result = await train("--dry-run");
    expect(result).toHaveProperty("dryRun");
    expect(result).not.toHaveProperty("error");
  });

  it("trains an epoch on a tenth of the images", async () => {
    const images = fewImages(join(project, "images"), 1000, 500);
    const outcome = (await train("--data-dir", images, "--set", "fashion-mnist.verify=false", "--batch-size", "16", "--run-dir", "run")) as { status: string; test: { last: { top1: number } } };
    expect(outcome.status).toBe("finished");
    // Ten classes: by chance 0.1.
    expect(outcome.test.last.top1).toBeGreaterThan(0.3);
    expect(existsSync(join(project, "run/checkpoints/last/state.json"))).toBe(true);
  });
});
