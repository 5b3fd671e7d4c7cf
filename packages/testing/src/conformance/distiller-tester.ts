import {
  isKdfError,
  type Distiller,
  type DistillerSubject,
  type Plugin,
  type PreparedDistiller,
  type Stage,
  type StateUpdate,
  type TensorLike,
} from "@kdf/core";
import { createStreams, disposeAll, floats, readNow, scope, tensorCount } from "@kdf/tensor";
import type { Site } from "./check.js";
import { disposePrepared, DistillerStep, extraParameters, imageShape } from "./distiller-step.js";
import { subjectOf, type SubjectOptions } from "./distiller-subject.js";
import { checkGradient } from "./gradient.js";
import { jsonProblem, sameJson, throughJson } from "./plain-json.js";
import { isDisposed, sameValues, Snapshot } from "./snapshot.js";
import { Tester, type TesterOptions } from "./tester.js";

export interface DistillerTesterOptions extends TesterOptions, SubjectOptions {
  /** Terms that treat as constant what depends on the student: their gradient is not that of their values. */
  readonly stoppedGradients?: readonly string[];
}

/** A full batch, one of a single image, an odd one: an epoch's last batch holds what is left. */
const sizes = [8, 1, 3];
/** Differences need many evaluations: of one size. */
const gradientSizes = [3];
const epochs = 5;

/** Checks a distiller: what it declares exists, its terms are finite and differentiable, its inputs stay, nothing leaks. */
export class DistillerTester extends Tester<"distiller"> {
  readonly #subject: SubjectOptions;
  readonly #stopped: readonly string[];

  constructor(plugin: Plugin, id: string, options: DistillerTesterOptions = {}) {
    super("distiller", plugin, id, options);
    this.#subject = options;
    this.#stopped = options.stoppedGradients ?? [];
  }

  protected requirements(): Readonly<Record<string, (site: Site) => Promise<void>>> {
    return {
      "what does not fit is refused by a catalogued error": (site) => this.#checkMisfits(site),
      "preparing twice gives the same, and all of it can be disposed": (site) => this.#checkPreparation(site),
      "stages name what exists": (site) => this.#eachPrepared((...at) => checkStages(site, ...at)),
      "weights are finite and not negative": (site) => this.#eachPrepared((prepared) => checkWeights(site, prepared)),
      "extra views draw by their stream and leave the images": (site) => this.#eachPrepared((...at) => checkViews(site, ...at)),
      "losses are the stage's terms, finite and scalar": (site) => this.#eachStep((...at) => checkLosses(site, ...at)),
      "losses leave their inputs and no tensor behind": (site) => this.#eachStep((...at) => checkLossTensors(site, ...at)),
      "the gradient is that of the losses": (site) => this.#eachStep((...at) => checkGradients(site, this.#stopped, ...at), gradientSizes),
      "updates are of declared state, in new tensors": (site) => this.#eachStep((...at) => checkUpdate(site, ...at)),
    };
  }

  async #checkMisfits(site: Site): Promise<void> {
    for (const options of this.optionSets) {
      const fitting = subjectOf(this.#subject, true);
      const { student, teacher } = fitting;
      const misfits: Readonly<Record<string, DistillerSubject>> = {
        "a student of other classes": { ...fitting, student: { ...student, classes: student.classes + 1 } },
        "a student without taps": { ...fitting, student: { ...student, taps: {} } },
        "no teacher": { student, dataset: fitting.dataset, augmented: true, streams: fitting.streams },
        ...(teacher && { "a teacher without taps": { ...fitting, teacher: { ...teacher, taps: {} } } }),
      };
      for (const [name, subject] of Object.entries(misfits)) {
        const distiller = await this.make(options);
        try {
          disposePrepared(distiller.prepare(subject));
        } catch (cause) {
          site.demand(isKdfError(cause), `prepare threw for ${name}: ${String(cause)}`, "KDF_DISTILLER_MISFIT, which says what does not fit and how to mend it");
        }
      }
    }
  }

  async #checkPreparation(site: Site): Promise<void> {
    for (const options of this.optionSets) {
      const distillers: readonly Distiller[] = [await this.make(options), await this.make(options)];
      const before = tensorCount();
      const [first, second] = distillers.map((distiller) =>
        site.calls("prepare", "two models that fit", () => distiller.prepare(subjectOf(this.#subject, true))),
      );
      const [a, b] = [valuesOf(first!), valuesOf(second!)];
      site.demand(
        sameJson([first!.taps, first!.stages], [second!.taps, second!.stages]) &&
          a.size === b.size &&
          [...a].every(([name, values]) => sameValues(values, b.get(name) ?? [])),
        "two preparations from the same streams differ",
        "the same taps, stages, extras and state",
      );
      disposePrepared(first!);
      disposePrepared(second!);
      const left = tensorCount() - before;
      site.demand(left === 0, `${left} tensors beside extras and state after prepare`, "none");
    }
  }

  async #eachPrepared(check: (prepared: PreparedDistiller, subject: DistillerSubject) => void): Promise<void> {
    for (const options of this.optionSets) {
      for (const augmented of [true, false]) {
        const subject = subjectOf(this.#subject, augmented);
        const prepared = (await this.make(options)).prepare(subject);
        try {
          check(prepared, subject);
        } finally {
          disposePrepared(prepared);
        }
      }
    }
  }

  /** Calls `check` for every stage and size of batch. */
  async #eachStep(
    check: (prepared: PreparedDistiller, stage: Stage, step: DistillerStep, where: string) => void,
    batchSizes = sizes,
  ): Promise<void> {
    await this.#eachPrepared((prepared, subject) => {
      for (const stage of prepared.stages) {
        for (const size of batchSizes) {
          const step = new DistillerStep(subject, prepared, stage, size);
          try {
            check(prepared, stage, step, `stage ${stage.id} and a batch of ${size}`);
          } finally {
            step.dispose();
          }
        }
      }
    });
  }
}

function checkStages(site: Site, prepared: PreparedDistiller, subject: DistillerSubject): void {
  const views = ["original", ...(subject.augmented ? ["augmented"] : []), ...prepared.views.map(({ id }) => id)];
  site.demand(new Set(views).size === views.length, `the views ${views.join(", ")}`, "views of different names");
  const ids = prepared.stages.map(({ id }) => id);
  site.demand(ids.length > 0 && new Set(ids).size === ids.length, `the stages ${ids.join(", ") || "(none)"}`, "stages of different names, at least one");
  for (const role of ["teacher", "student"] as const) {
    const known = Object.keys(subject[role]?.taps ?? {});
    const unknown = prepared.taps[role].filter((tap) => !known.includes(tap));
    site.demand(unknown.length === 0, `the ${role}'s taps ${unknown.join(", ")}`, `taps among ${known.join(", ") || "none"}, or a refusal in prepare`);
  }
  const parameters = ["student", ...extraParameters(prepared).keys()];
  for (const stage of prepared.stages) {
    const unknown = stage.views.filter((view) => !views.includes(view));
    site.demand(unknown.length === 0, `stage ${stage.id} uses the views ${unknown.join(", ")}`, `views among ${views.join(", ")}`);
    site.demand(stage.losses.length > 0 && stage.views.length > 0, `stage ${stage.id} has no losses or no views`, "at least one of each");
    const exists = (prefix: string): boolean =>
      prefix.startsWith("student.") || parameters.some((name) => name === prefix || name.startsWith(`${prefix}.`));
    const nothing = stage.trains.filter((prefix) => !exists(prefix));
    site.demand(stage.trains.length > 0 && nothing.length === 0, `stage ${stage.id} trains ${nothing.join(", ") || "nothing"}`, `prefixes of ${parameters.join(", ")}`);
  }
}

function checkWeights(site: Site, prepared: PreparedDistiller): void {
  for (const stage of prepared.stages) {
    for (const term of stage.losses) {
      for (let epoch = 0; epoch < epochs; epoch += 1) {
        const weight = site.calls("weight", term, () => prepared.weight(term, { stage: stage.id, epoch, epochs }));
        site.demand(Number.isFinite(weight) && weight >= 0, `the weight of ${term} is ${weight} at stage ${stage.id}, epoch ${epoch} of ${epochs}`, "a finite number, not negative");
      }
    }
  }
}

function checkViews(site: Site, prepared: PreparedDistiller, subject: DistillerSubject): void {
  const shape = imageShape(subject);
  const { mean, std } = subject.student.input;
  for (const view of prepared.views) {
    for (const size of sizes) {
      const where = `view ${view.id} and a batch of ${size}`;
      const info = { size, ...shape, mean, std };
      const draw = () => site.calls("sample", where, () => view.sample(createStreams(7).at(view.id), info));
      const plan = draw();
      const problem = jsonProblem(plan);
      site.demand(problem === undefined, `the plan of ${where} is not plain JSON: ${problem}`, "plain JSON");
      site.demand(sameJson(plan, draw()), `two plans of ${where} from one stream differ`, "the same plan from the same stream");
      const stream = createStreams(8).at(view.id);
      const count = size * shape.height * shape.width * shape.channels;
      const images = floats(Array.from({ length: count }, () => stream.normal()), [size, shape.height, shape.width, shape.channels]);
      const before = new Snapshot({ images });
      const tensors = tensorCount();
      const apply = (given: typeof plan): TensorLike =>
        site.calls("apply", where, () => scope(() => view.apply(given, images) as never) as TensorLike);
      const [made, again] = [apply(plan), apply(throughJson(plan))];
      const left = tensorCount() - tensors - 2;
      const fits = !isDisposed(made) && made.shape.length === 4 && made.shape.slice(1).join() === images.shape.slice(1).join() && (made.shape[0] ?? 0) > 0;
      site.demand(fits, `images [${made.shape.join(",")}] of ${where}`, `new images [R,${images.shape.slice(1).join(",")}]`);
      site.demand(sameValues(readNow(made), readNow(again)), `one plan gives different images for ${where}`, "images that depend on the plan and the batch alone");
      disposeAll([made, again]);
      site.demand(left === 0, `${left} tensors beside the images after apply for ${where}`, "none");
      const change = before.change();
      site.demand(change === undefined, `${change} by ${where}`, "new tensors only");
      images.dispose();
    }
  }
}

function losses(site: Site, prepared: PreparedDistiller, step: DistillerStep, where: string): Readonly<Record<string, TensorLike>> {
  return site.calls("losses", where, () => scope(() => prepared.losses(step.views, step.context) as never) as Record<string, TensorLike>);
}

function checkLosses(site: Site, prepared: PreparedDistiller, stage: Stage, step: DistillerStep, where: string): void {
  const terms = losses(site, prepared, step, where);
  const names = Object.keys(terms).sort().join(", ");
  site.demand(names === [...stage.losses].sort().join(", "), `the terms ${names} for ${where}`, `the terms that the stage declares: ${[...stage.losses].sort().join(", ")}`);
  for (const [name, term] of Object.entries(terms)) {
    site.demand(term.shape.length === 0, `${name} has the shape [${term.shape.join(",")}] for ${where}`, "a scalar");
    const value = readNow(term)[0]!;
    site.demand(Number.isFinite(value), `${name} is ${value} for ${where}`, "a finite number for every size of batch");
  }
  disposeAll(terms as Record<string, TensorLike>);
}

function checkLossTensors(site: Site, prepared: PreparedDistiller, _stage: Stage, step: DistillerStep, where: string): void {
  const before = new Snapshot(step.tensors);
  const tensors = tensorCount();
  const terms = losses(site, prepared, step, where);
  disposeAll(terms as Record<string, TensorLike>);
  const left = tensorCount() - tensors;
  const change = before.change();
  site.demand(change === undefined, `${change} for ${where}`, "inputs that stay as they are: they belong to the trainer");
  site.demand(left === 0, `${left} tensors beside the terms for ${where}`, "none: keep nothing that is not returned");
}

function checkGradients(
  site: Site,
  stopped: readonly string[],
  prepared: PreparedDistiller,
  stage: Stage,
  step: DistillerStep,
  where: string,
): void {
  const connected = stage.losses.map(
    (term) =>
      stopped.includes(term) ||
      checkGradient(site, `${term} for ${where}`, () => prepared.losses(step.views, step.context)[term]!, step.trained),
  );
  site.demand(connected.includes(true), `no term of stage ${stage.id} depends on what it trains`, `terms that depend on ${stage.trains.join(" or ")}`);
}

function checkUpdate(site: Site, prepared: PreparedDistiller, _stage: Stage, step: DistillerStep, where: string): void {
  if (prepared.update === undefined) return;
  const before = new Snapshot(step.tensors);
  const tensors = tensorCount();
  const update = (): Readonly<Record<string, StateUpdate>> =>
    site.calls("update", where, () => scope(() => prepared.update!(step.views, step.context) as never) as Record<string, StateUpdate>);
  const [made, again] = [update(), update()];
  for (const [name, part] of Object.entries(made)) {
    const old = prepared.state[name];
    site.demand(old !== undefined, `an update of ${name} for ${where}`, `state that prepare declared: ${Object.keys(prepared.state).join(", ") || "none"}`);
    const shape = "value" in part ? part.value.shape : part.values.shape;
    const expected = "value" in part ? old.shape : [part.rows.shape[0], ...old.shape.slice(1)];
    site.demand(shape.join() === expected.join(), `an update of ${name} of shape [${shape.join(",")}] for ${where}`, `[${expected.join(",")}]`);
    site.demand(
      flat(part).every((tensor, place) => sameValues(readNow(tensor), readNow(flat(again[name]!)[place]!))),
      `two updates of ${name} from the same outputs differ`,
      "updates that depend on outputs and state alone",
    );
  }
  disposeAll([made, again].flatMap((updates) => Object.values(updates).flatMap(flat)));
  const change = before.change();
  site.demand(change === undefined, `${change} for ${where}`, "new tensors only: what is returned becomes the trainer's, what is shown stays");
  const left = tensorCount() - tensors;
  site.demand(left === 0, `${left} tensors beside the updates for ${where}`, "none");
}

function flat(update: StateUpdate): readonly TensorLike[] {
  return "value" in update ? [update.value] : [update.rows, update.values];
}

function valuesOf(prepared: PreparedDistiller): Map<string, Float32Array | Int32Array> {
  const extras = [...extraParameters(prepared)].map(([name, parameter]) => [name, parameter.value] as const);
  return new Map([...extras, ...Object.entries(prepared.state)].map(([name, tensor]) => [name, readNow(tensor).slice()]));
}
