import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { installationRefused, type InstallationState } from "@kdf/core";
import { withLock } from "../lock.js";
import { describeFiles, readState, recordPath, recordText } from "./record.js";

/** What an installation is to be, and how it is made. */
export interface InstallationPlan {
  /** Space that it needs while it is made, in bytes. */
  readonly bytes: number;
  /** What is asked for. Where what is there says the same of itself, it stays. */
  readonly wanted: Readonly<Record<string, string>>;
  /** Whether what is there, whole and the same, serves on this machine and this Node. Without it, it does. */
  serves?(folder: string): Promise<boolean>;
  /** Makes it in an empty folder. Returns what it is made of, beside what is wanted. */
  make(folder: string): Promise<Readonly<Record<string, string>>>;
  readonly signal?: AbortSignal;
}

/** Where an installer keeps what it made: one folder of the cache, with a record of its files, complete or absent. */
export class InstallationFolder {
  readonly #id: string;
  readonly #parent: string;
  readonly directory: string;

  constructor({ cacheDirectory, id }: { readonly cacheDirectory: string; readonly id: string }) {
    this.#id = id;
    this.#parent = join(cacheDirectory, "engines");
    this.directory = join(this.#parent, id);
  }

  /** What is there, by its record alone. */
  state(): Promise<InstallationState> {
    return readState(this.directory, false);
  }

  /** As `state`, with every file's sum. */
  verify(): Promise<InstallationState> {
    return readState(this.directory, true);
  }

  /** True where there was one. */
  async remove(): Promise<boolean> {
    if (!existsSync(this.directory)) return false;
    return withLock(`${this.directory}.lock`, async () => {
      await rm(this.directory, { recursive: true, force: true });
      return true;
    });
  }

  /**
   * Makes the installation, unless the same is there, whole and of use. What was there stands until the new one is complete;
   * of two at once the second waits and finds it done. KDF_INSTALLATION_REFUSED where space is short.
   */
  async install({ bytes, wanted, serves, make, signal }: InstallationPlan): Promise<InstallationState> {
    await mkdir(this.#parent, { recursive: true });
    await demandSpace(this.#id, this.#parent, bytes);
    return withLock(
      `${this.directory}.lock`,
      async () => {
        const present = await this.verify();
        const isSame = Object.entries(wanted).every(([key, value]) => present.details[key] === value);
        if (present.status === "installed" && isSame && ((await serves?.(this.directory)) ?? true)) return present;
        await this.#removeRemains();
        const made = join(this.#parent, `.${this.#id}.${randomUUID()}`);
        await mkdir(made);
        try {
          const details = { ...(await make(made)), ...wanted, node: process.version, installed: new Date().toISOString() };
          await writeFile(recordPath(made), recordText(details, await describeFiles(made)));
          signal?.throwIfAborted();
          await this.#replaceBy(made);
        } finally {
          await rm(made, { recursive: true, force: true });
        }
        return this.state();
      },
      signal === undefined ? {} : { signal },
    );
  }

  /** What is complete comes into place by a rename: a process that has the old libraries open keeps them. */
  async #replaceBy(made: string): Promise<void> {
    const old = `${made}.old`;
    if (existsSync(this.directory)) await rename(this.directory, old);
    await rename(made, this.directory);
    await rm(old, { recursive: true, force: true });
  }

  /** Of attempts that were killed: nobody else works here while the lock is held. */
  async #removeRemains(): Promise<void> {
    const remains = (await readdir(this.#parent)).filter((name) => name.startsWith(`.${this.#id}.`));
    for (const name of remains) await rm(join(this.#parent, name), { recursive: true, force: true });
  }
}

async function demandSpace(name: string, directory: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  if (bavail * bsize >= bytes) return;
  const megabytes = (count: number): string => `${Math.round(count / 1e6)} MB`;
  throw installationRefused({
    name,
    problem: `${directory} has ${megabytes(bavail * bsize)} left`,
    expected: `about ${megabytes(bytes)}`,
    fix: "free some space, or set the variable KDF_CACHE_DIR to a folder elsewhere",
  });
}
