import { createInterface } from "node:readline";

/**
 * A worker's side of lib/worker.mjs for work that goes on by itself: `pause` is called between its steps, and holds it
 * there until a measurement is asked for. A measurement is the mean time of `count` steps after one that is not
 * counted, so that what is computed ahead stays as far ahead as it is.
 */
export class Turns {
  readonly #count: number;
  readonly #lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  readonly #engineTime: () => number;
  #left = 0;
  #started: { readonly at: number; readonly engine: number } | undefined;

  /** `engineTime` gives the milliseconds that went into the models so far. */
  constructor(count: number, engineTime: () => number) {
    this.#count = count;
    this.#engineTime = engineTime;
  }

  async pause(): Promise<void> {
    if (this.#left === this.#count) this.#started = { at: performance.now(), engine: this.#engineTime() };
    if (this.#left > 0) {
      this.#left -= 1;
      return;
    }
    if (this.#started !== undefined) {
      const step = (performance.now() - this.#started.at) / this.#count;
      const engine = (this.#engineTime() - this.#started.engine) / this.#count;
      say({ step, own: step - engine });
    }
    this.#started = undefined;
    if ((await this.#lines.next()).done === true) process.exit(0);
    this.#left = this.#count;
  }
}

export const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
