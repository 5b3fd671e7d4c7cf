/** What a training step spends its time on. Together they are the whole. */
export const stepParts = ["data", "augmentation", "teacher", "student", "gradients", "optimizer", "metrics", "rest"] as const;
export type StepPart = (typeof stepParts)[number];

/** Milliseconds by part. */
export type PartTimes = Readonly<Record<StepPart, number>>;

const none = (): Record<StepPart, number> => Object.fromEntries(stepParts.map((part) => [part, 0])) as Record<StepPart, number>;

/**
 * Gives every moment of one thread to exactly one part: to what runs, the innermost where one calls another; where
 * nothing runs, to what is waited for; else to the phase.
 */
export class Stopwatch {
  readonly #clock: () => number;
  readonly #running: StepPart[] = [];
  readonly #awaited: StepPart[] = [];
  #phase: StepPart = "rest";
  #times = none();
  #since: number;

  /** `clock` gives milliseconds. */
  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock;
    this.#since = clock();
  }

  /** From here on, time that belongs to no part is `part`'s. */
  phase(part: StepPart): void {
    this.#charge();
    this.#phase = part;
  }

  /** Runs `body`, which does not wait: its time is `part`'s, but for what it calls of another. */
  run<T>(part: StepPart, body: () => T): T {
    this.#charge();
    this.#running.push(part);
    try {
      return body();
    } finally {
      this.#charge();
      this.#running.pop();
    }
  }

  /** While `waiting` is under way and nothing runs, the time is `part`'s; of several, the one that began last. */
  async wait<T>(part: StepPart, waiting: Promise<T>): Promise<T> {
    this.#charge();
    this.#awaited.push(part);
    try {
      return await waiting;
    } finally {
      this.#charge();
      this.#awaited.splice(this.#awaited.lastIndexOf(part), 1);
    }
  }

  /** The time since the last call of this. */
  take(): PartTimes {
    this.#charge();
    const taken = this.#times;
    this.#times = none();
    return taken;
  }

  #charge(): void {
    const now = this.#clock();
    // A step that learns waits for nothing but its own engine: what is computed ahead does not hold it up.
    const awaited = this.#phase === "rest" ? this.#awaited.at(-1) : undefined;
    this.#times[this.#running.at(-1) ?? awaited ?? this.#phase] += now - this.#since;
    this.#since = now;
  }
}
