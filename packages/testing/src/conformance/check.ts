import { conformanceFailed } from "@kdf/core";

/** One requirement of a contract. `run` throws KDF_CONFORMANCE_FAILED, which says what was found and what was expected. */
export interface Check {
  readonly name: string;
  run(): Promise<void>;
}

/** What a check demands: throws by its site. */
export type Requirement = (site: Site) => void | Promise<void>;

/** Checks by name, of the contribution named in failures. `prefix` makes names differ between contributions. */
export function checksOf(contribution: string, requirements: Readonly<Record<string, Requirement>>, prefix = ""): readonly Check[] {
  return Object.entries(requirements).map(([name, require]) => ({
    name: prefix + name,
    run: async () => require(new Site(contribution, name)),
  }));
}

/** Where a check looks: named in its failure. */
export class Site {
  readonly #contribution: string;
  readonly #check: string;

  constructor(contribution: string, check: string) {
    this.#contribution = contribution;
    this.#check = check;
  }

  demand(holds: boolean, problem: string, expected: string): asserts holds {
    if (!holds) throw this.failure(problem, expected);
  }

  failure(problem: string, expected: string, cause?: unknown): Error {
    return conformanceFailed({ contribution: this.#contribution, check: this.#check, problem, expected }, { cause });
  }

  /** Runs `body`; an exception is a failure of the check. */
  calls<T>(hook: string, where: string, body: () => T): T {
    try {
      return body();
    } catch (cause) {
      throw this.failure(`${hook} threw for ${where}: ${cause instanceof Error ? cause.message : String(cause)}`, "a hook that returns", cause);
    }
  }

  /** Runs `body` with `Math.random` forbidden: whatever is drawn comes from a stream. */
  calledWithoutMathRandom<T>(hook: string, where: string, body: () => T): T {
    const original = Math.random;
    Math.random = () => {
      throw new Error("Math.random was called; random numbers come from the stream");
    };
    try {
      return this.calls(hook, where, body);
    } finally {
      Math.random = original;
    }
  }
}
