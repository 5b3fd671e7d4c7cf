import { conformanceFailed } from "@kdf/core";
import { createStreams } from "@kdf/tensor";

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
    run: async () => {
      const site = new Site(contribution, name);
      try {
        await require(site);
      } catch (error) {
        throw error instanceof HookThrew ? site.failure(error.message, "a hook that returns", error.cause) : error;
      }
    },
  }));
}

/** A hook threw. One check demands that none does; the others pass over it and look at what can be looked at. */
export class HookThrew extends Error {}

/** Where a check looks: named in its failure. */
export class Site {
  readonly #contribution: string;
  readonly #check: string;
  #drew: string | undefined;

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

  /** The first hook that called Math.random, if one did. */
  get drew(): string | undefined {
    return this.#drew;
  }

  /**
   * Calls a hook; throws HookThrew when it throws. `Math.random` is noted, and gives the same numbers at every call
   * of a hook: so that one check fails for it, not all.
   */
  calls<T>(hook: string, where: string, body: () => T): T {
    const original = Math.random;
    const stream = createStreams(13).at("math-random");
    Math.random = () => {
      this.#drew ??= `${hook} for ${where}`;
      return stream.uniform();
    };
    try {
      return body();
    } catch (cause) {
      throw new HookThrew(`${hook} threw for ${where}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    } finally {
      Math.random = original;
    }
  }
}

/** How a failure begins of a check that could look at nothing. */
export const nothingChecked = "nothing could be checked";

/** Runs bodies that call hooks, passing over those of which a hook throws; `end` demands that one did not. */
export class Attempts {
  readonly #site: Site;
  #done = 0;
  #threw: HookThrew | undefined;

  constructor(site: Site) {
    this.#site = site;
  }

  /** Whether no hook threw. */
  attempt(body: () => void): boolean {
    try {
      body();
      this.#done += 1;
      return true;
    } catch (error) {
      if (!(error instanceof HookThrew)) throw error;
      this.#threw ??= error;
      return false;
    }
  }

  /** Fails when a hook threw every time: what was never looked at has not passed. */
  end(): void {
    if (this.#done === 0 && this.#threw !== undefined) throw this.#site.failure(`${nothingChecked}: ${this.#threw.message}`, "a hook that returns", this.#threw);
  }

  /** Fails for any hook that threw. */
  demandNone(): void {
    if (this.#threw !== undefined) throw this.#site.failure(this.#threw.message, "a hook that returns, for every size of batch and of images", this.#threw);
  }
}
