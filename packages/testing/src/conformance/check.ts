import { caseFailed, conformanceFailed, isKdfError } from "@kdf/core";
import { createStreams } from "@kdf/tensor";
import { shownOnce } from "./shown-once.js";
import { watchReads } from "./watch-reads.js";

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
    run: () => demandAt(new Site(contribution, name), require),
  }));
}

/** Checks of cases, by their names, which stand in quotes in failures. */
export function caseChecksOf(contribution: string, requirements: Readonly<Record<string, Requirement>>): readonly Check[] {
  return Object.entries(requirements).map(([name, require]) => ({
    name: `case: ${name}`,
    run: () => demandAt(new CaseSite(contribution, name), require),
  }));
}

async function demandAt(site: Site, require: Requirement): Promise<void> {
  try {
    await require(site);
  } catch (error) {
    throw error instanceof HookThrew ? site.failure(error.message, "a hook that returns", error.cause) : error;
  }
}

/** A hook threw. One check demands that none does; the others pass over it and look at what can be looked at. */
export class HookThrew extends Error {}

/** Where a check looks: named in its failure. */
export class Site {
  protected readonly contribution: string;
  protected readonly check: string;
  #drew: string | undefined;
  #read: string | undefined;

  constructor(contribution: string, check: string) {
    this.contribution = contribution;
    this.check = check;
  }

  demand(holds: boolean, problem: string, expected: string): asserts holds {
    if (!holds) throw this.failure(problem, expected);
  }

  failure(problem: string, expected: string, cause?: unknown): Error {
    return shownOnce(conformanceFailed({ contribution: this.contribution, check: this.check, problem, expected }, { cause: causeOf(cause) }));
  }

  /** The first hook that called Math.random, if one did. */
  get drew(): string | undefined {
    return this.#drew;
  }

  /** The first hook that read a tensor's values, if one did. */
  get read(): string | undefined {
    return this.#read;
  }

  /**
   * Calls a hook; throws HookThrew when it throws. `Math.random` is noted, and gives the same numbers at every call
   * of a hook: so that one check fails for it, not all. That it reads a tensor's values is noted too.
   */
  calls<T>(hook: string, where: string, body: () => T): T {
    const original = Math.random;
    const stream = createStreams(13).at("math-random");
    Math.random = () => {
      this.#drew ??= `${hook} for ${where}`;
      return stream.uniform();
    };
    const unwatch = watchReads(() => {
      this.#read ??= `${hook} for ${where}`;
    });
    try {
      return body();
    } catch (cause) {
      throw new HookThrew(`${hook} threw for ${where}: ${sentenceOf(cause)}`, { cause });
    } finally {
      unwatch();
      Math.random = original;
    }
  }
}

/** Where a case is looked at. */
class CaseSite extends Site {
  override failure(problem: string, expected: string, cause?: unknown): Error {
    return shownOnce(caseFailed({ contribution: this.contribution, name: this.check, problem, expected }, { cause: causeOf(cause) }));
  }
}

/**
 * What was thrown, for where it was. Of an error of the catalogue the sentence and the place alone: runners print causes,
 * and two expectations and two ways out would stand below each other.
 */
function causeOf(cause: unknown): unknown {
  const thrown = cause instanceof HookThrew ? cause.cause : cause;
  if (!isKdfError(thrown)) return thrown;
  const { stack = "", explanation } = thrown;
  const plain = new Error(explanation.happened);
  const frames = stack.indexOf("\n    at ");
  plain.stack = `Error: ${explanation.happened}${frames === -1 ? "" : stack.slice(frames)}`;
  return plain;
}

/** What was thrown, without the expectation and the way out of an error of the catalogue: the check has its own. */
function sentenceOf(cause: unknown): string {
  const text = isKdfError(cause) ? cause.explanation.happened : cause instanceof Error ? cause.message : String(cause);
  return text.replace(/\.$/, "");
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
