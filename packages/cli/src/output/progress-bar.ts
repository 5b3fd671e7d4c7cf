import type { EpochDone, RunStarted, StepDone, TrainingObserver } from "@kdf/trainer";
import { formatCell, formatDuration, formatNumber, wrap } from "./format.js";

/** Where progress goes: a terminal is drawn over, anything else gets plain lines. */
export interface ProgressTarget {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const plainLinesPerEpoch = 10;
const redrawMilliseconds = 100;
const narrowestBar = 5;

/** Shows steps, terms, images per second and the time that is left to the end of the last stage. */
export class ProgressReporter implements TrainingObserver {
  readonly #target: ProgressTarget;
  readonly #now: () => number;
  #started: RunStarted | undefined;
  #drawnLines = 0;
  #lastDrawn = -Infinity;
  /** Moving average over the last steps: the first steps of a process are slower. */
  #millisecondsPerImage: number | undefined;

  constructor(target: ProgressTarget, now: () => number = () => performance.now()) {
    this.#target = target;
    this.#now = now;
  }

  runStarted(info: RunStarted): void {
    this.#started = info;
    this.#print(`run ${info.directory}`);
    if (info.resumedAt !== undefined) {
      const { stage, epoch, step } = info.resumedAt;
      this.#print(`goes on at stage ${stage}, epoch ${epoch + 1}, step ${step + 1}`);
    }
  }

  stepDone(step: StepDone): void {
    const pace = step.milliseconds / step.images;
    this.#millisecondsPerImage = this.#millisecondsPerImage === undefined ? pace : 0.9 * this.#millisecondsPerImage + 0.1 * pace;
    const last = step.step === step.stepsPerEpoch;
    if (this.#target.isTTY === true) {
      if (!last && this.#now() - this.#lastDrawn < redrawMilliseconds) return;
      this.#lastDrawn = this.#now();
      this.#redraw(this.#lines(step));
    } else if (last || step.step % Math.max(1, Math.ceil(step.stepsPerEpoch / plainLinesPerEpoch)) === 0) {
      this.#print([...this.#head(step), ...terms(step)].join("  "));
    }
  }

  epochDone(epoch: EpochDone): void {
    const measured = Object.entries(epoch.validation ?? {}).flatMap(([name, value]) =>
      typeof value === "number" ? [`${name} ${formatCell(name, value)}`] : [],
    );
    const text = measured.length === 0 ? "" : `: validation ${measured.join(", ")}${epoch.isBest === true ? " (best so far)" : ""}`;
    this.#finishDrawing();
    this.#print(`${stageName(this.#started, epoch.stage)}epoch ${epoch.epoch + 1}/${epoch.epochs} done${text}`);
  }

  evaluationProgress(progress: { readonly split: string; readonly role: string; readonly done: number; readonly total: number }): void {
    if (this.#target.isTTY !== true) return;
    this.#redraw([`evaluating the ${progress.role} on ${progress.split}: ${progress.done}/${progress.total}`]);
    if (progress.done === progress.total) this.#erase();
  }

  #head(step: StepDone): string[] {
    const pace = this.#millisecondsPerImage!;
    const { stages = [] } = this.#started ?? {};
    const later = stages.slice(stages.findIndex(({ id }) => id === step.stage) + 1);
    const epochsLeft = later.reduce((sum, { epochs }) => sum + epochs, step.epochs - step.epoch);
    const left = step.stepsPerEpoch * epochsLeft - step.step;
    return [
      `${stageName(this.#started, step.stage)}epoch ${step.epoch + 1}/${step.epochs}`,
      `step ${step.step}/${step.stepsPerEpoch}`,
      `${formatNumber(Math.round(1000 / pace))} images/s`,
      `ETA ${formatDuration((left * step.images * pace) / 1000)}`,
    ];
  }

  #lines(step: StepDone): string[] {
    const columns = Math.max(40, this.#target.columns ?? 80);
    const [epoch, ...rest] = this.#head(step);
    const text = rest.join("  ");
    const width = Math.min(30, columns - text.length - epoch!.length - 2);
    if (width < narrowestBar) return wrap([epoch!, ...rest, ...terms(step)], columns);
    const filled = Math.round((width * step.step) / step.stepsPerEpoch);
    return [`${epoch} ${"━".repeat(filled)}${"╌".repeat(width - filled)} ${text}`, ...wrap(terms(step), columns)];
  }

  #redraw(lines: readonly string[]): void {
    this.#erase();
    this.#target.write(`${lines.join("\n")}\n`);
    this.#drawnLines = lines.length;
  }

  #erase(): void {
    if (this.#drawnLines > 0) this.#target.write(`\u001B[${this.#drawnLines}A\u001B[J`);
    this.#drawnLines = 0;
  }

  /** Leaves what is drawn on the screen; the next line goes below. */
  #finishDrawing(): void {
    this.#drawnLines = 0;
  }

  #print(text: string): void {
    this.#erase();
    this.#target.write(`${text}\n`);
  }
}

function stageName(started: RunStarted | undefined, stage: string): string {
  return started !== undefined && started.stages.length > 1 ? `${stage}: ` : "";
}

function terms(step: StepDone): string[] {
  return [`total ${formatNumber(step.total)}`, ...Object.entries(step.terms).map(([name, value]) => `${name} ${formatNumber(value)}`)];
}
