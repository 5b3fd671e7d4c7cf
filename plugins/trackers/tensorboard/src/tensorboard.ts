import { join } from "node:path";
import type { MetricsLine, RunRecord, TrackedEnd, TrackedImages, TrackedRun, Tracker } from "@kdf/core";
import { z } from "zod";
import { EventFile, keepEvents } from "./event-file.js";
import {
  experiment, fileVersion, flatten, images, sessionEnd, sessionParameters, sessionStart, stepAndTag,
  type HyperParameters, type Picture,
} from "./events.js";
import { lineEvent } from "./line-scalars.js";

export const options = z.strictObject({
  imagesEverySteps: z.int().nonnegative().default(500).describe("steps from one look at the images to the next, the run's first step being one; 0 for none"),
  imageCount: z.int().positive().default(8).describe("images of each view at one look"),
});
type Options = z.infer<typeof options>;

/** Writes TensorBoard's event file into `tensorboard/` of the run directory, each event at once. */
export class TensorBoard implements Tracker {
  readonly images?: { readonly everySteps: number; readonly count: number };
  #file: EventFile | undefined;

  constructor({ imagesEverySteps, imageCount }: Options) {
    if (imagesEverySteps > 0) this.images = { everySteps: imagesEverySteps, count: imageCount };
  }

  start({ record, directory, monitor, earlier }: TrackedRun): void {
    const parameters = hyperParameters(record);
    const seconds = Date.parse(record.startedAt) / 1000;
    const compared = ["validation", "test/student/last", "test/student/best"].map((group) => `${group}/${monitor.key}`);
    const head = [fileVersion, sessionStart, experiment(parameters, compared), sessionParameters(parameters, record.name, seconds)];
    const lastStep = earlier.at(-1)?.globalStep ?? 0;
    const isEarlierImage = (body: Uint8Array): boolean => {
      const read = stepAndTag(body);
      return read !== undefined && read.tag.startsWith("images/") && read.step <= lastStep;
    };
    this.#file = EventFile.open(join(directory, "tensorboard"), seconds, head, (events) =>
      keepEvents(events, earlier.map(lineEvent), isEarlierImage, Date.now() / 1000),
    );
  }

  log(line: MetricsLine): void {
    this.#file!.append(lineEvent(line));
  }

  show({ globalStep, height, width, channels, views }: TrackedImages): void {
    const size = height * width * channels;
    const pictures: Record<string, Picture> = {};
    for (const [view, all] of Object.entries(views)) {
      for (let at = 0; at * size < all.length; at += 1) {
        pictures[`images/${view}/${at}`] = { height, width, channels, pixels: all.subarray(at * size, (at + 1) * size) };
      }
    }
    this.#file!.append(images(globalStep, pictures));
  }

  end(how: TrackedEnd): void {
    this.#file!.append(sessionEnd(how, Date.now() / 1000));
    this.#file!.close();
  }
}

/** What decides the run: its configuration, and the options of all that it made but for trackers. */
export function hyperParameters({ configuration, options: made }: RunRecord): HyperParameters {
  const { options: _given, trackers: _trackers, ...settings } = configuration;
  const used = Object.fromEntries(Object.entries(made).filter(([name]) => !name.startsWith("tracker:")));
  return { ...flatten(settings), ...flatten(used) };
}
