import type { ExtensionRegistry, Logger, MetricsLine, RunRecord, Tracker } from "@kdf/core";
import { callAsyncHook } from "./hook.js";

/** A run's trackers. One that fails is left out from then on, with a warning: a tracker decides nothing about a run. */
export class Trackers {
  readonly #active: Map<string, Tracker>;
  readonly #logger: Logger;

  constructor(trackers: ReadonlyMap<string, Tracker>, logger: Logger) {
    this.#active = new Map(trackers);
    this.#logger = logger;
  }

  static async create(ids: readonly string[], registry: ExtensionRegistry, logger: Logger): Promise<Trackers> {
    const made = await Promise.all(ids.map(async (id) => [id, await registry.create("tracker", id)] as const));
    return new Trackers(new Map(made), logger);
  }

  start(record: RunRecord, directory: string): Promise<void> {
    return this.#each("start", (tracker) => tracker.start(record, directory));
  }

  log(line: MetricsLine): Promise<void> {
    return this.#each("log", (tracker) => tracker.log(line));
  }

  end(): Promise<void> {
    return this.#each("end", (tracker) => tracker.end());
  }

  async #each(hook: string, call: (tracker: Tracker) => void | Promise<void>): Promise<void> {
    for (const [id, tracker] of this.#active) {
      try {
        await callAsyncHook({ plugin: `tracker ${id}`, hook, where: "the run goes on without it" }, () => call(tracker));
      } catch (error) {
        this.#active.delete(id);
        this.#logger.warn((error as Error).message.split("\n")[0]!);
      }
    }
  }
}
