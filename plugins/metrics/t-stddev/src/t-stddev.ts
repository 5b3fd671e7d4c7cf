import { observationIncomplete, type Json, type Matrix, type Metric, type MetricDraws, type StepObservation } from "@kdf/core";
import { z } from "zod";
import { KeptDraws } from "./kept-draws.js";
import { RunningDeviation } from "./running-deviation.js";

export const options = z.strictObject({
  blockSteps: z.int().positive().default(5).describe("steps whose images make one draw"),
});
type Options = z.infer<typeof options>;

interface State {
  /** A sum that is not a number has become null on its way through JSON. */
  readonly sums: readonly (number | null)[];
  readonly rows: number;
  readonly steps: number;
  readonly rowsPerDraw: number;
  readonly shortDraws: number;
  readonly batchSize: number;
  readonly epochs: number;
  readonly lastEpoch: number | null;
  readonly deviation: Json;
}

/** What a value depends on beside the augmentation: compare only values of which these are the same. */
interface Settings {
  readonly blockSteps: number;
  /** Original images of a step, of the largest where they differ. */
  readonly batchSize: number;
  /** Epochs of which steps were observed. */
  readonly epochs: number;
}

/**
 * T. stddev (Wang et al. 2022): how much the teacher's mean probability varies from one block of training images to
 * the next. A draw u is the mean of the teacher's softmax (temperature 1) over all images, original and augmented, of
 * `blockSteps` consecutive steps, across the borders of epochs. Of each class the standard deviation over the draws,
 * unbiased; of these the mean over the classes. Low means that the augmentation gives diverse images.
 *
 * A block is averaged over its images, not over its batches, so that the images of an epoch's smaller last batch weigh
 * as much as others (with 50,000 images in batches of 64 one block of 156 holds 544 images instead of 640). As the
 * value falls with the number of images in a draw, compare only runs of one batch size and one block length.
 */
export class TeacherDeviation implements Metric {
  readonly phases = ["training", "ranking"] as const;
  readonly span = "run";
  readonly primary = { key: "tStddev", better: "lower" } as const;
  readonly reads = ["teacher"] as const;
  readonly #blockSteps: number;
  readonly #deviation = new RunningDeviation();
  readonly #kept = new KeptDraws();
  /** Of the block that is being filled: the probabilities' sum by class, the images, the steps. */
  #sums = new Float64Array();
  #rows = 0;
  #steps = 0;
  #rowsPerDraw = 0;
  #shortDraws = 0;
  #batchSize = 0;
  #epochs = 0;
  #lastEpoch: number | null = null;

  constructor({ blockSteps }: Options) {
    this.#blockSteps = blockSteps;
  }

  observe({ views, epoch }: StepObservation): void {
    const teacher = [views["original"]?.teacher, views["augmented"]?.teacher];
    const seen = teacher.map((outputs) => outputs?.logits).filter((logits) => logits !== undefined);
    if (seen.length === 0) throw observationIncomplete({ metric: "t-stddev", missing: "the teacher's logits" });
    for (const logits of seen) {
      if (this.#rows === 0) this.#sums = new Float64Array(logits.columns);
      addProbabilities(this.#sums, logits);
      this.#rows += logits.rows;
    }
    this.#batchSize = Math.max(this.#batchSize, seen[0]!.rows);
    if (epoch !== this.#lastEpoch) this.#epochs += 1;
    this.#lastEpoch = epoch;
    this.#steps += 1;
    if (this.#steps === this.#blockSteps) this.#endBlock();
  }

  /**
   * tStddev: null before the second draw. rowsPerDraw: images in a draw, in the largest where they differ.
   * shortDraws: draws of fewer images. droppedSteps: steps of the last block, which is not full and counts for nothing.
   */
  result(): Record<"draws" | "rowsPerDraw" | "shortDraws" | "droppedSteps" | keyof Settings, number> & { tStddev: number | null } {
    return {
      tStddev: this.#deviation.mean(),
      draws: this.#deviation.draws,
      rowsPerDraw: this.#rowsPerDraw,
      shortDraws: this.#shortDraws,
      droppedSteps: this.#steps,
      blockSteps: this.#blockSteps,
      batchSize: this.#batchSize,
      epochs: this.#epochs,
    };
  }

  /** None where draws were made before a checkpoint, which keeps what the value needs and not every draw. */
  draws(): MetricDraws {
    return this.#kept.complete(this.#deviation.draws) ? this.#kept : new KeptDraws();
  }

  save(): Json {
    const [rows, steps, rowsPerDraw, shortDraws] = [this.#rows, this.#steps, this.#rowsPerDraw, this.#shortDraws];
    const [batchSize, epochs, lastEpoch] = [this.#batchSize, this.#epochs, this.#lastEpoch];
    return { sums: [...this.#sums], rows, steps, rowsPerDraw, shortDraws, batchSize, epochs, lastEpoch, deviation: this.#deviation.save() };
  }

  restore(saved: Json): void {
    const state = saved as unknown as State;
    this.#sums = Float64Array.from(state.sums, (sum) => sum ?? NaN);
    this.#rows = state.rows;
    this.#steps = state.steps;
    this.#rowsPerDraw = state.rowsPerDraw;
    this.#shortDraws = state.shortDraws;
    this.#batchSize = state.batchSize;
    this.#epochs = state.epochs;
    this.#lastEpoch = state.lastEpoch;
    this.#deviation.restore(state.deviation);
  }

  #endBlock(): void {
    const draw = this.#sums.map((sum) => sum / this.#rows);
    this.#deviation.add(draw);
    this.#kept.add(draw);
    // Draws of the largest size are the full ones; when a larger one comes, all before it were short.
    if (this.#rows > this.#rowsPerDraw) {
      this.#shortDraws = this.#deviation.draws - 1;
      this.#rowsPerDraw = this.#rows;
    } else if (this.#rows < this.#rowsPerDraw) {
      this.#shortDraws += 1;
    }
    this.#rows = 0;
    this.#steps = 0;
  }
}

/** Adds the softmax of each row to `sums`. */
function addProbabilities(sums: Float64Array, { rows, columns, data }: Matrix): void {
  for (let row = 0; row < rows; row += 1) {
    const logits = Float64Array.from(data.subarray(row * columns, (row + 1) * columns));
    const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
    const exponentials = logits.map((logit) => Math.exp(logit - largest));
    const total = exponentials.reduce((a, b) => a + b, 0);
    exponentials.forEach((exponential, column) => (sums[column]! += exponential / total));
  }
}
