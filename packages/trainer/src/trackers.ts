import type { BatchInfo, ExtensionRegistry, Logger, MetricsLine, TensorLike, TrackedEnd, TrackedImages, TrackedRun, Tracker } from "@kdf/core";
import { read, slice } from "@kdf/tensor";
import { callAsyncHook } from "./hook.js";
import { toPixels } from "./pixels.js";
import type { ViewImages } from "./view-groups.js";

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

  start(run: TrackedRun): Promise<void> {
    return this.#each("start", (tracker) => tracker.start(run));
  }

  log(line: MetricsLine): Promise<void> {
    return this.#each("log", (tracker) => tracker.log(line));
  }

  /** Reads back the first images of a step's views for the trackers that want this step's; of others nothing. */
  async show(views: readonly ViewImages[], at: Pick<TrackedImages, "stage" | "epoch" | "globalStep">, info: BatchInfo): Promise<void> {
    const counts = [...this.#active.values()].map((tracker) => wantedImages(tracker, at.globalStep));
    const most = Math.max(0, ...counts);
    if (most === 0) return;
    const { height, width, channels } = info;
    const pixels = await Promise.all(
      views.map(async ({ id, images }) => [id, toPixels(await readFirst(images, most), info)] as const),
    );
    await this.#each("show", (tracker) => {
      const count = wantedImages(tracker, at.globalStep);
      if (count === 0) return;
      const shown = pixels.map(([id, all]) => [id, all.slice(0, count * height * width * channels)] as const);
      return tracker.show?.({ ...at, height, width, channels, views: Object.fromEntries(shown) });
    });
  }

  end(how: TrackedEnd): Promise<void> {
    return this.#each("end", (tracker) => tracker.end(how));
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

function wantedImages({ images }: Tracker, globalStep: number): number {
  return images !== undefined && (globalStep - 1) % images.everySteps === 0 ? images.count : 0;
}

/** Values of the first `count` rows of images [N,H,W,C], or of all where there are fewer. */
async function readFirst(images: TensorLike, count: number): Promise<ArrayLike<number>> {
  const [rows = 0, ...rest] = images.shape;
  const first = slice(images, [0, 0, 0, 0], [Math.min(count, rows), ...rest]);
  try {
    return await read(first);
  } finally {
    first.dispose();
  }
}
