import type { Json, MetricsLine } from "@kdf/core";
import { join } from "node:path";
import { csvOf, LineFile, writeAtomically } from "./run-files.js";
import type { CheckpointState } from "./checkpoint.js";
import type { TrainingObserver } from "./observer.js";
import type { Trackers } from "./trackers.js";

/** Where the training stands: the next step to take. */
export interface Position {
  stage: number;
  epoch: number;
  step: number;
  globalStep: number;
}

export type Best = CheckpointState["best"];

/** The mutable side of a run: its position, its best result, its files, and whether someone asked it to stop. */
export class Session {
  readonly directory: string;
  readonly observer: TrainingObserver;
  readonly position: Position;
  best: Best;
  readonly epochSums: Map<string, number>;
  readonly #trackers: Trackers;
  readonly #lines: LineFile;
  /** Lines other than steps, for metrics.csv. */
  readonly #table: MetricsLine[];
  readonly #signal: AbortSignal | undefined;

  constructor(start: {
    readonly directory: string;
    readonly observer: TrainingObserver;
    readonly trackers: Trackers;
    readonly checkpoint?: CheckpointState;
    readonly earlierLines?: readonly MetricsLine[];
    /** Aborting asks the loop to save and end after the step at hand. */
    readonly signal?: AbortSignal;
  }) {
    const { checkpoint } = start;
    this.directory = start.directory;
    this.observer = start.observer;
    this.#trackers = start.trackers;
    this.#signal = start.signal;
    this.position = {
      stage: checkpoint?.stage ?? 0,
      epoch: checkpoint?.epoch ?? 0,
      step: checkpoint?.step ?? 0,
      globalStep: checkpoint?.globalStep ?? 0,
    };
    this.best = checkpoint?.best ?? null;
    this.epochSums = new Map(Object.entries(checkpoint?.epochSums ?? {}));
    this.#table = (start.earlierLines ?? []).filter((line) => line.type !== "step");
    this.#lines = new LineFile(join(start.directory, "metrics.jsonl"));
    if (start.earlierLines !== undefined) this.#writeTable();
  }

  get stopRequested(): boolean {
    return this.#signal?.aborted ?? false;
  }

  async log(line: MetricsLine): Promise<void> {
    this.#lines.append(JSON.stringify(line));
    if (line.type !== "step") {
      this.#table.push(line);
      this.#writeTable();
    }
    await this.#trackers.log(line);
  }

  /** Images of a step, for the trackers that want them; told before the step's line. */
  show(...shown: Parameters<Trackers["show"]>): Promise<void> {
    return this.#trackers.show(...shown);
  }

  /** Length of metrics.jsonl, flushed. */
  flushLines(): number {
    return this.#lines.flush();
  }

  /** Adds to the epoch's means. */
  accumulate(values: Readonly<Record<string, number>>, weight: number): void {
    for (const [name, value] of Object.entries({ ...values, [imagesSeen]: 1 })) {
      this.epochSums.set(name, (this.epochSums.get(name) ?? 0) + value * weight);
    }
  }

  /** The means of the epoch so far; starts the next epoch's. */
  takeEpochMeans(): Record<string, Json> {
    const images = this.epochSums.get(imagesSeen) ?? 0;
    const means: Record<string, Json> = {};
    for (const [name, sum] of this.epochSums) if (name !== imagesSeen) means[name] = images === 0 ? null : sum / images;
    this.epochSums.clear();
    return means;
  }

  close(): void {
    this.#lines.close();
  }

  #writeTable(): void {
    writeAtomically(join(this.directory, "metrics.csv"), csvOf(this.#table));
  }
}

const imagesSeen = "images";
