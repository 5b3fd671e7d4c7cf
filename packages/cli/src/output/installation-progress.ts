import type { InstallationProgress } from "@kdf/core";
import type { ProgressTarget } from "./progress-bar.js";

const redrawMilliseconds = 100;
const widestBar = 24;
const narrowestBar = 5;

/** Shows the steps of an installation: one line with a bar that is drawn over on a terminal, a line a step elsewhere. */
export class InstallationReporter {
  readonly #target: ProgressTarget;
  readonly #now: () => number;
  #step = "";
  #drawn = -Infinity;

  constructor(target: ProgressTarget, now: () => number = () => performance.now()) {
    this.#target = target;
    this.#now = now;
  }

  show(progress: InstallationProgress): void {
    const { step, bytes, total } = progress;
    const isNew = step !== this.#step;
    if (this.#target.isTTY !== true) {
      if (isNew) this.#target.write(`${step}\n`);
    } else if (isNew || bytes === total || this.#now() - this.#drawn > redrawMilliseconds) {
      if (isNew && this.#step !== "") this.#target.write("\n");
      this.#drawn = this.#now();
      this.#target.write(`\r\u001B[K${line(progress, Math.min(80, Math.max(40, this.#target.columns ?? 80)) - 1)}`);
    }
    this.#step = step;
  }

  /** Leaves what is drawn on the screen. */
  end(): void {
    if (this.#target.isTTY === true && this.#step !== "") this.#target.write("\n");
  }
}

/** `fetching tensorflow 2.21.0 ━━━━╌╌╌╌ 280 of 572 MB  48 %` in at most `columns`: one more would break the line. */
function line({ step, bytes, total }: InstallationProgress, columns: number): string {
  if (bytes === undefined) return clip(step, columns);
  if (total === undefined || total === 0) return `${clip(step, columns - 12)} ${megabytes(bytes)} MB`;
  const amount = ` ${megabytes(bytes)} of ${megabytes(total)} MB  ${Math.floor((100 * bytes) / total)} %`;
  const width = Math.min(widestBar, columns - step.length - 1 - amount.length);
  if (width < narrowestBar) return `${clip(step, columns - amount.length)}${amount}`;
  const filled = Math.floor((width * bytes) / total);
  return `${step} ${"━".repeat(filled)}${"╌".repeat(width - filled)}${amount}`;
}

const clip = (text: string, columns: number): string => (text.length <= columns ? text : `${text.slice(0, columns - 1)}…`);
const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
