import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/**
 * A process that measures when it is told to. It prints a JSON line about itself when it is ready, then one with
 * numbers for each line that it reads, and ends with its standard input. One that waits takes no processor time, so
 * that several take turns on one machine.
 */
export class Worker {
  #child;
  #lines;

  constructor(program, parameters) {
    this.#child = spawn(program, parameters, { stdio: ["pipe", "pipe", "inherit"] });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  async ready() {
    return this.#next();
  }

  async measure() {
    this.#child.stdin.write("measure\n");
    return this.#next();
  }

  stop() {
    this.#child.stdin.end();
  }

  async #next() {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`${this.#child.spawnargs.join(" ")} ended before it measured`);
    return JSON.parse(value);
  }
}
