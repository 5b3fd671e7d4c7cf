import type { Distiller, DistillerSubject, Plugin, PreparedDistiller } from "@kdf/core";
import { checkDistillerCase, demandTellingDistillerCases, type DistillerCase } from "../cases/distiller-case.js";
import type { TestSite } from "../cases/weakness.js";
import { Attempts, type Requirement, type Site } from "./check.js";
import { checkCheckpoint } from "./distiller-checkpoint.js";
import * as checks from "./distiller-checks.js";
import { checkMinimum, demandMinimum, type Minimum } from "./distiller-minimum.js";
import * as preparation from "./distiller-preparation.js";
import { disposePrepared, DistillerStep } from "./distiller-step.js";
import { subjectOf, type SubjectForm, type SubjectOptions } from "./distiller-subject.js";
import type { OptionSet } from "./option-checks.js";
import { Tester, type TesterOptions } from "./tester.js";

export interface DistillerTesterOptions extends TesterOptions, SubjectOptions {
  /** Terms that treat as constant what depends on the student: their gradient is not that of their values. */
  readonly stoppedGradients?: readonly string[];
  /** Terms that may be below 0. The others are not, nor below their minimum where one is given. */
  readonly negativeTerms?: readonly string[];
  /** Outputs of the models and the terms that they give, worked out by hand. At least one. */
  readonly cases?: readonly DistillerCase[];
  /** Of each term its value when the student's outputs are the teacher's, which is its least; or why it has none there. */
  readonly minimum?: Minimum;
}

/** A full batch, one of a single image, an odd one: an epoch's last batch holds what is left. */
const sizes = [8, 1, 3];
/** Differences need many evaluations: of one size. */
const gradientSizes = [3];
const alikeSize = 3;

type PreparedCheck = (site: Site, prepared: PreparedDistiller, subject: DistillerSubject) => void;
type StepCheck = (site: Site, subject: checks.StepSubject, models: DistillerSubject) => void;

/** Checks a distiller: what it declares exists, its terms are finite and differentiable, its inputs stay, nothing leaks. */
export class DistillerTester extends Tester<"distiller"> {
  readonly #given: DistillerTesterOptions;

  constructor(plugin: Plugin, id: string, options: DistillerTesterOptions = {}) {
    super("distiller", plugin, id, options);
    this.#given = options;
  }

  protected requirements(): Readonly<Record<string, Requirement>> {
    const prepared = (check: PreparedCheck): Requirement => async (site) => (await this.#eachPrepared(site, check)).end();
    const step = (check: StepCheck, batchSizes = sizes): Requirement => async (site) => (await this.#eachStep(site, check, batchSizes)).end();
    const callPrepared: PreparedCheck = (site, ready, subject) => preparation.callPrepared(site, ready, subject, sizes);
    const { stoppedGradients = [], negativeTerms = [], minimum = {} } = this.#given;
    const least = (term: string): number => {
      const declared = minimum[term];
      return typeof declared === "number" ? declared : negativeTerms.includes(term) ? -Infinity : 0;
    };
    return {
      "every hook returns, for a batch of one and for odd sizes": async (site) => {
        (await this.#eachPrepared(site, callPrepared)).demandNone();
        (await this.#eachStep(site, checks.callStep, sizes)).demandNone();
      },
      "nothing is drawn by Math.random": async (site: Site) => {
        await this.#eachPrepared(site, callPrepared);
        await this.#eachStep(site, checks.callStep, sizes);
        site.demand(site.drew === undefined, `Math.random was called in ${site.drew}`, "random numbers from the streams that prepare and sample are given");
      },
      "no tensor's values are read": async (site: Site) => {
        await this.#eachPrepared(site, callPrepared);
        await this.#eachStep(site, checks.callStep, sizes);
        site.demand(site.read === undefined, `values were read in ${site.read}`, "operations on tensors alone: a read waits until the engine has computed all");
      },
      "what does not fit is refused before any training": (site) => this.#checkMisfits(site),
      "preparing twice gives the same, and all of it can be disposed": (site) => this.#checkPreparation(site),
      "stages name what exists": prepared(preparation.checkStages),
      "weights are finite and not negative": prepared(preparation.checkWeights),
      "extra views draw by their stream and leave the images": prepared((site, ready, subject) => preparation.checkViews(site, ready, subject, sizes)),
      "losses are the stage's terms, and scalars": step(checks.checkTerms),
      "terms are finite": step(checks.checkFinite),
      "terms are not below what they can be": step((site, subject) => checks.checkLeast(site, subject, least)),
      "terms and gradients are finite where all outputs are alike": step((site, subject, models) => checks.checkAlike(site, subject, models, alikeSize), [alikeSize]),
      "terms are the same again for the same outputs": step(checks.checkRepetition),
      "losses leave their inputs and no tensor behind": step(checks.checkLossTensors),
      "the gradient is that of the losses": step((site, subject) => checks.checkGradients(site, subject, stoppedGradients), gradientSizes),
      "the gradient reaches all that trains": step(checks.checkReach, gradientSizes),
      "each trainable extra trains in a stage": prepared(checks.checkTrained),
      "terms are least where they are said to be": (site) => this.#checkMinimum(site),
      "updates are of declared state, in new tensors": step(checks.checkUpdate),
      "it goes on after a checkpoint": (site) => this.#checkCheckpoint(site),
    };
  }

  protected override async demandTellingCases(test: TestSite): Promise<void> {
    demandTellingDistillerCases(test, this.#given.cases ?? []);
    const terms = new Set<string>();
    for (const { options, form } of this.#settings) {
      const prepared = (await this.make(options)).prepare(subjectOf(this.#given, form));
      prepared.stages.forEach(({ losses }) => losses.forEach((term) => terms.add(term)));
      disposePrepared(prepared);
    }
    demandMinimum(test, this.#given.minimum ?? {}, [...terms]);
  }

  protected override caseChecks(): Readonly<Record<string, Requirement>> {
    const checksByName = (this.#given.cases ?? []).map((one): [string, Requirement] => [
      one.name,
      async (site) => checkDistillerCase(site, this.testSite, await this.make(one.options ?? {}), subjectOf(this.#given, { augmented: false }), one),
    ]);
    return Object.fromEntries(checksByName);
  }

  /** Every set of options with every form of subject. */
  get #settings(): readonly { readonly options: OptionSet; readonly form: SubjectForm }[] {
    const forms = [{ augmented: true }, { augmented: false }, { augmented: true, odd: true }];
    return this.optionSets.flatMap((options) => forms.map((form) => ({ options, form })));
  }

  async #checkMisfits(site: Site): Promise<void> {
    for (const options of this.optionSets) {
      const fitting = subjectOf(this.#given, { augmented: true });
      for (const [name, subject] of Object.entries(preparation.misfits(fitting))) {
        preparation.checkMisfit(site, name, await this.make(options), subject, fitting);
      }
    }
  }

  async #checkPreparation(site: Site): Promise<void> {
    for (const { options, form } of this.#settings) {
      preparation.checkPreparation(site, [await this.make(options), await this.make(options)], () => subjectOf(this.#given, form));
    }
  }

  async #checkMinimum(site: Site): Promise<void> {
    const { minimum = {} } = this.#given;
    if (!Object.values(minimum).some((value) => typeof value === "number")) return;
    for (const options of this.optionSets) {
      checkMinimum(site, await this.make(options), subjectOf(this.#given, { augmented: true, equal: true }), minimum);
    }
  }

  async #checkCheckpoint(site: Site): Promise<void> {
    const attempts = new Attempts(site);
    for (const options of this.optionSets) {
      const fresh: Distiller[] = await Promise.all(Array.from({ length: 20 }, () => this.make(options)));
      attempts.attempt(() => checkCheckpoint(site, () => fresh.pop()!, () => subjectOf(this.#given, { augmented: true })));
    }
    attempts.end();
  }

  /** A form of which a distiller makes the same as of one before, since it has no term on augmented images, is passed over. */
  async #eachPrepared(site: Site, check: PreparedCheck): Promise<Attempts> {
    const attempts = new Attempts(site);
    const seen = new Set<string>();
    for (const { options, form } of this.#settings) {
      const distiller = await this.make(options);
      attempts.attempt(() => {
        const subject = subjectOf(this.#given, form);
        const prepared = site.calls("prepare", "two models that fit", () => distiller.prepare(subject));
        try {
          const { taps, views, stages } = prepared;
          const made = JSON.stringify([options, subject.teacher, subject.student, taps, views.map(({ id }) => id), stages]);
          if (!seen.has(made)) check(site, prepared, subject);
          seen.add(made);
        } finally {
          disposePrepared(prepared);
        }
      });
    }
    return attempts;
  }

  /** Calls `check` for every stage and size of batch. */
  async #eachStep(site: Site, check: StepCheck, batchSizes: readonly number[]): Promise<Attempts> {
    const steps = new Attempts(site);
    await this.#eachPrepared(site, (_, prepared, subject) => {
      for (const stage of prepared.stages) {
        for (const size of batchSizes) {
          steps.attempt(() => {
            const where = `stage ${stage.id} and a batch of ${size}`;
            const step = site.calls("apply", where, () => new DistillerStep(subject, prepared, stage, size));
            try {
              check(site, { prepared, stage, step, where }, subject);
            } finally {
              step.dispose();
            }
          });
        }
      }
    });
    return steps;
  }
}
