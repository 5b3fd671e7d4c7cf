import type { MetricsLine, TrackedEnd, TrackedImages, TrackedRun, Tracker } from "@kdf/core";
import { floats, startReferenceEngine, tensorCount } from "@kdf/tensor";
import { RecordingLogger } from "@kdf/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { Trackers } from "./trackers.js";

beforeAll(startReferenceEngine);

const line: MetricsLine = { type: "training", stage: "s", epoch: 0, globalStep: 1, metrics: {} };
const run = { directory: "runs/a" } as TrackedRun;

class Recording implements Tracker {
  readonly calls: unknown[] = [];
  readonly images?: NonNullable<Tracker["images"]>;

  constructor(images?: NonNullable<Tracker["images"]>) {
    if (images !== undefined) this.images = images;
  }
  start = (started: TrackedRun): void => void this.calls.push(["start", started]);
  log = (logged: MetricsLine): void => void this.calls.push(["log", logged]);
  show = (shown: TrackedImages): void => void this.calls.push(["show", shown]);
  end = (how: TrackedEnd): void => void this.calls.push(["end", how]);
}

const trackersOf = (...list: Tracker[]): { trackers: Trackers; logger: RecordingLogger } => {
  const logger = new RecordingLogger();
  return { logger, trackers: new Trackers(new Map(list.map((tracker, at) => [`t${at}`, tracker])), logger) };
};

describe("Trackers", () => {
  it("leaves out one that fails, with one warning, and goes on with the others", async () => {
    const good = new Recording();
    const bad = new Recording();
    bad.log = () => {
      throw new Error("no network");
    };
    const { trackers, logger } = trackersOf(bad, good);
    await trackers.start(run);
    await trackers.log(line);
    await trackers.log(line);
    await trackers.end("stopped");
    expect(good.calls).toEqual([["start", run], ["log", line], ["log", line], ["end", "stopped"]]);
    expect(bad.calls).toEqual([["start", run]]);
    expect(logger.warnings).toEqual(["tracker t0 failed in log (the run goes on without it): no network"]);
  });
});

describe("the images of a step", () => {
  const info = { size: 3, height: 1, width: 2, channels: 1, mean: [0.5], std: [0.5] };
  const at = (globalStep: number) => ({ stage: "s", epoch: 2, globalStep });

  it("go to each tracker that wants this step's, as many as it wants, and no tensor is left", async () => {
    const [few, many, none] = [new Recording({ everySteps: 4, count: 1 }), new Recording({ everySteps: 2, count: 9 }), new Recording()];
    const { trackers } = trackersOf(few, many, none);
    // -1 is black, 1 is white, 0 is 127.5.
    const original = floats([-1, 1, 0, 0, 1, -1], [3, 1, 2, 1]);
    const augmented = floats([1, 1, -1, -1, 9, -9], [3, 1, 2, 1]);
    const views = [
      { id: "original", images: original, normGroup: "original" },
      { id: "augmented", images: augmented, normGroup: "augmented" },
    ];
    const before = tensorCount();
    for (const step of [1, 2, 3, 5]) await trackers.show(views, at(step), info);
    expect(tensorCount()).toBe(before);
    const told = (tracker: Recording): unknown[] => tracker.calls.map((call) => ((call as [string, TrackedImages])[1].globalStep));
    expect([few, many, none].map(told)).toEqual([[1, 5], [1, 3, 5], []]);
    const size = { stage: "s", epoch: 2, globalStep: 1, height: 1, width: 2, channels: 1 };
    expect(few.calls[0]).toEqual(["show", { ...size, views: { original: Uint8Array.of(0, 255), augmented: Uint8Array.of(255, 255) } }]);
    expect(many.calls[0]).toEqual([
      "show",
      { ...size, views: { original: Uint8Array.of(0, 255, 128, 128, 255, 0), augmented: Uint8Array.of(255, 255, 0, 0, 255, 0) } },
    ]);
    original.dispose();
    augmented.dispose();
  });
});
