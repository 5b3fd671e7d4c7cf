import type { MetricsLine, RunRecord } from "../run-record.js";

/** What a tracker is told before the first line. */
export interface TrackedRun {
  readonly record: RunRecord;
  /** The run directory. A tracker that writes files writes them in a folder of its own in it. */
  readonly directory: string;
  /** The key of the validation results that the best checkpoint is chosen by. */
  readonly monitor: { readonly key: string; readonly better: "lower" | "higher" };
  /**
   * Of a run that goes on, the lines that stand; whatever was tracked after them is to be forgotten, since it will
   * come again. Empty for a new run.
   */
  readonly earlier: readonly MetricsLine[];
}

/** The first images of a step's views, told before the step's line. */
export interface TrackedImages {
  readonly stage: string;
  /** From 0, within the stage. */
  readonly epoch: number;
  /** Of the step's line: steps applied once this one is. */
  readonly globalStep: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Pixels [N,H,W,C], 0 to 255, by view: `original`, `augmented`, ids of a distiller's views. */
  readonly views: Readonly<Record<string, Uint8Array>>;
}

/** How the process leaves the run. One that is `stopped` or `failed` may go on later. */
export type TrackedEnd = "finished" | "stopped" | "failed";

/** Sends what is measured elsewhere. A tracker never decides anything about the run. */
export interface Tracker {
  /** Which steps' images it wants: the first of the run and every so many after; the first `count` of each view. */
  readonly images?: { readonly everySteps: number; readonly count: number };
  start(run: TrackedRun): void | Promise<void>;
  log(line: MetricsLine): void | Promise<void>;
  /** Present where `images` is. */
  show?(images: TrackedImages): void | Promise<void>;
  end(how: TrackedEnd): void | Promise<void>;
}
