import type { InstallationProgress } from "@kdf/core";
import type { ProgressTarget } from "./progress-bar.js";

const redrawMilliseconds = 100;

/** Shows the steps of an installation: one line that is drawn over on a terminal, a line a step elsewhere. */
export class InstallationReporter {
  readonly #target: ProgressTarget;
  #step = "";
  #drawn = -Infinity;

  constructor(target: ProgressTarget) {
    this.#target = target;
  }

  show({ step, bytes, total }: InstallationProgress): void {
    const isNew = step !== this.#step;
    if (this.#target.isTTY !== true) {
      if (isNew) this.#target.write(`${step}\n`);
    } else if (isNew || bytes === total || performance.now() - this.#drawn > redrawMilliseconds) {
      if (isNew && this.#step !== "") this.#target.write("\n");
      this.#drawn = performance.now();
      const columns = Math.max(40, this.#target.columns ?? 80);
      const amount = bytes === undefined ? "" : `  ${megabytes(bytes)}${total === undefined ? "" : ` of ${megabytes(total)} MB  ${Math.floor((100 * bytes) / total)} %`}`;
      const name = step.length + amount.length < columns ? step : `${step.slice(0, columns - amount.length - 2)}…`;
      this.#target.write(`\r\u001B[K${name}${amount}`);
    }
    this.#step = step;
  }

  /** Leaves what is drawn on the screen. */
  end(): void {
    if (this.#target.isTTY === true && this.#step !== "") this.#target.write("\n");
  }
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
