import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pack, published, run, type Tarball } from "../packed/pack.js";

/** A project outside the repository, with kdf's packages as npm would publish them. */
export interface Project {
  readonly directory: string;
  /** What is packed of kdf, by package name. */
  readonly tarballs: ReadonlyMap<string, Tarball>;
  /** Changes package.json and installs what it says then. */
  install(change: (json: ProjectJson) => ProjectJson): Promise<void>;
  /** Runs the project's own kdf; its output. */
  kdf(...parameters: string[]): Promise<string>;
  remove(): Promise<void>;
}

export interface ProjectJson {
  readonly workspaces?: readonly string[];
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** Of npm install: nothing that asks the network without need. */
const quietly = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];

/** An empty project; all of kdf is packed, and nothing installed yet. */
export async function emptyProject(): Promise<Project> {
  const directory = await mkdtemp(join(tmpdir(), "kdf-project-"));
  const packages = await mkdtemp(join(tmpdir(), "kdf-packed-"));
  const packed = await pack(published(), packages);
  const file = join(directory, "package.json");
  await writeFile(file, JSON.stringify({ name: "somebodys", private: true, type: "module", dependencies: {}, devDependencies: {} }));
  return {
    directory,
    tarballs: new Map(packed.map((tarball) => [tarball.name, tarball])),
    install: async (change) => {
      const json = JSON.parse(await readFile(file, "utf8")) as ProjectJson;
      await writeFile(file, JSON.stringify(change(json), null, 2));
      await run("npm", ["install", ...quietly], directory);
    },
    kdf: (...parameters) => run("npx", ["--no-install", "kdf", ...parameters], directory),
    remove: async () => {
      await rm(directory, { recursive: true, force: true });
      await rm(packages, { recursive: true, force: true });
    },
  };
}

/** Dependencies on all of kdf's packages, from their tarballs. */
export const allOfKdf = ({ tarballs }: Project): Record<string, string> =>
  Object.fromEntries([...tarballs.values()].map(({ name, file }) => [name, `file:${file}`]));
