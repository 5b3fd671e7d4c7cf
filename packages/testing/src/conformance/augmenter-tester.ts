import type { Augmenter, Plugin, Pool, TensorLike } from "@kdf/core";
import { createStreams, disposeAll, readNow, scope } from "@kdf/tensor";
import { checkCase, demandTellingCases, type AugmenterCase } from "../cases/augmenter-case.js";
import { close } from "../cases/nested.js";
import type { TestSite } from "../cases/weakness.js";
import * as checks from "./augmenter-checks.js";
import { batches, type Recorded } from "./batches.js";
import { Attempts, type Requirement, type Site } from "./check.js";
import { Tester, type TesterOptions } from "./tester.js";

export interface AugmenterTesterOptions extends TesterOptions {
  /** Small batches with a plan and the images that come out, worked out by hand. At least one. */
  readonly cases?: readonly AugmenterCase[];
  /** Why it leaves every image as it is, if it does. */
  readonly leavesImages?: string;
}

/** Checks an augmenter: draws by its stream, leaves its inputs, returns what the contract says, leaks nothing. */
export class AugmenterTester extends Tester<"augmenter"> {
  readonly #cases: readonly AugmenterCase[];
  readonly #leavesImages: string | undefined;

  constructor(plugin: Plugin, id: string, options: AugmenterTesterOptions = {}) {
    super("augmenter", plugin, id, options);
    this.#cases = options.cases ?? [];
    this.#leavesImages = options.leavesImages;
  }

  protected requirements(): Readonly<Record<string, Requirement>> {
    const each = (check: checks.AugmenterCheck): Requirement => async (site) => (await this.#each(site, check)).end();
    return {
      "every hook returns, for a batch of one and for odd sizes": async (site) => (await this.#each(site, checks.callAll)).demandNone(),
      "nothing is drawn by Math.random": async (site: Site) => {
        await this.#each(site, checks.callAll);
        site.demand(site.drew === undefined, `Math.random was called in ${site.drew}`, "random numbers from the stream alone");
      },
      "no tensor's values are read": async (site: Site) => {
        await this.#each(site, checks.callAll);
        site.demand(site.read === undefined, `values were read in ${site.read}`, "operations on tensors alone: a read waits until the engine has computed all");
      },
      "a plan is plain JSON": each(checks.checkPlan),
      "a plan is drawn by the stream alone": each(checks.checkDraw),
      "a plan gives the same images again, also after JSON": each(checks.checkReplay),
      "the batch stays as it is": each(checks.checkInputs),
      "the pool has the form that the contract says": each(checks.checkPool),
      "pixels are finite": each(checks.checkPixels),
      "no tensor is left behind": each(checks.checkTensors),
      "it picks among the pool, or does not pick": each(checks.checkSelection),
      "it goes on after a checkpoint": each(checks.checkState),
    };
  }

  protected override async demandTellingCases(test: TestSite): Promise<void> {
    demandTellingCases(test, this.#cases, this.#leavesImages);
    const picks = (await this.make(this.#cases[0]?.options ?? {})).select !== undefined;
    const shown = this.#cases.some(({ picked }) => picked !== undefined);
    test.demand(!picks || shown, "it picks, and no case says which rows", "a case with the pool's logits and the rows that are picked");
    if (this.#leavesImages !== undefined) await this.#demandImagesLeft(test, this.#leavesImages);
  }

  protected override caseChecks(): Readonly<Record<string, Requirement>> {
    const checksByName = this.#cases.map((one): [string, Requirement] => [
      one.name,
      async (site) => {
        const augmenter = await this.make(one.options ?? {});
        checkCase(site, this.testSite, augmenter, one);
        augmenter.dispose?.();
      },
    ]);
    return Object.fromEntries(checksByName);
  }

  /** Calls `check` for each set of options and each batch, with a way to make fresh instances; disposes all. */
  async #each(site: Site, check: checks.AugmenterCheck): Promise<Attempts> {
    const attempts = new Attempts(site);
    for (const options of this.optionSets) {
      for (const recorded of batches()) {
        // Factories may wait: as many instances as any check needs are made before it.
        const fresh = await Promise.all(Array.from({ length: 3 }, () => this.make(options)));
        const unused: Augmenter[] = [...fresh];
        try {
          attempts.attempt(() => {
            check(site, recorded, () => unused.shift()!);
            fresh.forEach((augmenter) => site.calls("dispose", recorded.name, () => augmenter.dispose?.()));
          });
        } finally {
          disposeAll(Object.values(recorded.batch) as TensorLike[]);
        }
      }
    }
    return attempts;
  }

  async #demandImagesLeft(test: TestSite, reason: string): Promise<void> {
    const changed = (augmenter: Augmenter, recorded: Recorded): boolean => {
      const plan = augmenter.sample(createStreams(1).at("conformance"), recorded.info);
      const pool = scope(() => augmenter.propose(plan, recorded.batch) as never) as Pool;
      const same = close(readNow(pool.images), readNow(recorded.batch.images), 1e-6);
      checks.release(pool, recorded);
      return !same;
    };
    for (const recorded of batches()) {
      test.demand(
        !changed(await this.make({}), recorded),
        `it is said to leave images as they are (${reason}), and changes those of ${recorded.name}`,
        "a case whose plan changes something",
      );
      disposeAll(Object.values(recorded.batch) as TensorLike[]);
    }
  }
}
