import { isKdfError, type DistillerSubject, type LossContext, type PreparedDistiller, type Stage, type StateUpdate, type TensorLike } from "@kdf/core";
import { add, clone, disposeAll, readNow, scope, tensorCount, valueAndGradients } from "@kdf/tensor";
import { HookThrew, type Site } from "./check.js";
import { DistillerStep, extraParameters } from "./distiller-step.js";
import { checkGradient } from "./gradient.js";
import { sameValues, Snapshot } from "./snapshot.js";

export interface StepSubject {
  readonly prepared: PreparedDistiller;
  readonly stage: Stage;
  readonly step: DistillerStep;
  /** For messages: `stage distill and a batch of 8`. */
  readonly where: string;
}

export type Losses = Readonly<Record<string, TensorLike>>;

/** What hooks of a step are called with. */
export type Called = Pick<StepSubject, "prepared" | "where"> & { readonly step: Pick<DistillerStep, "views" | "context"> };

/** The terms, as the trainer computes them; hooks get handles of their own of labels and indices. */
export function lossesOf(site: Site, { prepared, step, where }: Called, context: LossContext = step.context): Losses {
  return site.calls("losses", where, () => scope(() => prepared.losses(step.views, ownHandles(context)) as never) as Losses);
}

export function updateOf(site: Site, { prepared, step, where }: Called, context: LossContext = step.context): Readonly<Record<string, StateUpdate>> {
  return site.calls("update", where, () => scope(() => (prepared.update?.(step.views, ownHandles(context)) ?? {}) as never) as Record<string, StateUpdate>);
}

const ownHandles = (context: LossContext): LossContext => ({ ...context, labels: clone(context.labels), indices: clone(context.indices) });

/** Calls every hook of a step once. */
export function callStep(site: Site, subject: StepSubject): void {
  disposeAll(lossesOf(site, subject) as Record<string, TensorLike>);
  release(updateOf(site, subject), subject.step);
}

export function checkTerms(site: Site, subject: StepSubject): void {
  const { stage, where } = subject;
  const terms = lossesOf(site, subject);
  const names = Object.keys(terms).sort().join(", ");
  const declared = [...stage.losses].sort().join(", ");
  const odd = Object.entries(terms).find(([, { shape }]) => shape.length > 0);
  disposeAll(terms as Record<string, TensorLike>);
  site.demand(names === declared, `the terms ${names} for ${where}`, `the terms that the stage declares: ${declared}`);
  site.demand(odd === undefined, `${odd?.[0]} has the shape [${odd?.[1].shape.join(",")}] for ${where}`, "scalars");
}

export function checkFinite(site: Site, subject: StepSubject): void {
  const terms = lossesOf(site, subject);
  const wrong = Object.entries(terms).find(([, term]) => !readNow(term).every(Number.isFinite));
  const value = wrong === undefined ? "" : [...readNow(wrong[1])].join(", ");
  disposeAll(terms as Record<string, TensorLike>);
  site.demand(wrong === undefined, `${wrong?.[0]} is ${value} for ${subject.where}`, "finite numbers for every size of batch");
}

/** `least` says what a term cannot be below. */
export function checkLeast(site: Site, subject: StepSubject, least: (term: string) => number): void {
  const terms = lossesOf(site, subject);
  const values = Object.entries(terms).map(([name, term]) => ({ name, value: readNow(term)[0]!, least: least(name) }));
  disposeAll(terms as Record<string, TensorLike>);
  const low = values.find((term) => term.value < term.least - leastTolerance * Math.max(1, Math.abs(term.least)));
  site.demand(low === undefined, `${low?.name} is ${low?.value} for ${subject.where}`, `${low?.least} or more; a term that may be below 0 is named in negativeTerms`);
}

const leastTolerance = 1e-5;

/** Outputs without any variance, as dead maps have: norms of zero, distances of zero. */
export function checkAlike(site: Site, { prepared, stage, where }: StepSubject, models: DistillerSubject, size: number): void {
  for (const value of [0, 0.5]) {
    const step = new DistillerStep(models, prepared, stage, size, { value });
    try {
      const terms = (): TensorLike[] => Object.values(prepared.losses(step.views, ownHandles(step.context)));
      const wrong = notFinite(site, () => terms().reduce((sum, term) => add(sum, term)), step);
      site.demand(wrong === undefined, `${wrong} is not finite for ${where}, where every output is ${value}`, "finite numbers: a guard in each quotient, norm and root");
    } finally {
      step.dispose();
    }
  }
}

/** What of a sum and its gradient is not finite. */
function notFinite(site: Site, sum: () => TensorLike, step: DistillerStep): string | undefined {
  try {
    const { value, gradients } = site.calls("losses", "outputs that are all alike", () => valueAndGradients(sum, step.trained));
    const finite = (tensor: TensorLike): boolean => readNow(tensor).every(Number.isFinite);
    const found = finite(value) ? [...gradients].find(([, gradient]) => !finite(gradient))?.[0] : "";
    disposeAll([value, ...gradients.values()]);
    return found === undefined ? undefined : found === "" ? "a term" : `the gradient in ${found}`;
  } catch (error) {
    const cause = error instanceof HookThrew ? error.cause : error;
    if (isKdfError(cause) && cause.code === "KDF_LOSS_UNCONNECTED") return undefined;
    throw error;
  }
}

export function checkRepetition(site: Site, subject: StepSubject): void {
  const [first, second] = [lossesOf(site, subject), lossesOf(site, subject)];
  const differing = Object.keys(first).filter((name) => !sameValues(readNow(first[name]!), second[name] === undefined ? [] : readNow(second[name])));
  disposeAll([first, second] as Record<string, TensorLike>[]);
  site.demand(differing.length === 0, `${differing.join(", ")} differ between two calls with the same outputs, for ${subject.where}`, "terms that depend on outputs and state alone");
}

/** Here a hook gets the step's own tensors, as in a run. */
export function checkLossTensors(site: Site, { prepared, step, where }: StepSubject): void {
  const before = new Snapshot(step.tensors);
  const tensors = tensorCount();
  const terms = site.calls("losses", where, () => scope(() => prepared.losses(step.views, step.context) as never) as Losses);
  const own = Object.values(step.tensors);
  disposeAll(Object.values(terms).filter((term) => !own.includes(term)));
  const left = tensorCount() - tensors;
  const change = before.change();
  site.demand(change === undefined, `${change} for ${where}`, "inputs that stay as they are: they belong to the trainer");
  site.demand(left === 0, `${left} tensors beside the terms for ${where}`, "none: keep nothing that is not returned");
}

export function checkGradients(site: Site, subject: StepSubject, stopped: readonly string[]): void {
  const { prepared, stage, step, where } = subject;
  const shapes = lossesOf(site, subject);
  const scalars = stage.losses.filter((term) => shapes[term]?.shape.length === 0);
  disposeAll(shapes as Record<string, TensorLike>);
  for (const term of scalars.filter((name) => !stopped.includes(name))) {
    checkGradient(site, `${term} for ${where}`, () => prepared.losses(step.views, ownHandles(step.context))[term]!, step.trained);
  }
}

/** What trains is reached by the gradient: the student's outputs as a whole, and every parameter of an extra. */
export function checkReach(site: Site, subject: StepSubject): void {
  const { prepared, stage, step, where } = subject;
  const terms = lossesOf(site, subject);
  const scalars = Object.keys(terms).filter((term) => terms[term]!.shape.length === 0);
  disposeAll(terms as Record<string, TensorLike>);
  const reached = new Set(scalars.flatMap((term) => reachedBy(() => prepared.losses(step.views, ownHandles(step.context))[term]!, step)));
  const isExtra = (name: string): boolean => name.startsWith("extras.");
  const outputs = [...step.trained.keys()].filter((name) => !isExtra(name));
  site.demand(
    outputs.length === 0 || outputs.some((name) => reached.has(name)),
    `no term depends on the student, which trains, for ${where}`,
    `terms that depend on what trains: ${stage.trains.join(", ")}`,
  );
  const missed = [...step.trained.keys()].filter((name) => isExtra(name) && !reached.has(name));
  site.demand(missed.length === 0, `no term depends on ${missed.join(", ")}, for ${where}`, "terms that depend on all that trains");
}

/** An extra that no stage trains is state, not a parameter that could be trained. */
export function checkTrained(site: Site, prepared: PreparedDistiller): void {
  const trains = (name: string): boolean =>
    prepared.stages.some((stage) => stage.trains.some((prefix) => name === prefix || name.startsWith(`${prefix}.`)));
  const idle = [...extraParameters(prepared)].filter(([name, parameter]) => parameter.trainable && !trains(name)).map(([name]) => name);
  site.demand(idle.length === 0, `no stage trains ${idle.join(", ")}`, "a stage that trains each trainable extra; what does not train is state");
}

function reachedBy(body: () => TensorLike, step: DistillerStep): readonly string[] {
  try {
    const { value, gradients } = valueAndGradients(body, step.trained);
    disposeAll([value, ...gradients.values()]);
    return [...gradients.keys()];
  } catch (cause) {
    if (isKdfError(cause) && cause.code === "KDF_LOSS_UNCONNECTED") return [];
    throw cause;
  }
}

export function checkUpdate(site: Site, { prepared, step, where }: StepSubject): void {
  if (prepared.update === undefined) return;
  const before = new Snapshot(step.tensors);
  const tensors = tensorCount();
  const update = (): Readonly<Record<string, StateUpdate>> =>
    site.calls("update", where, () => scope(() => prepared.update!(step.views, step.context) as never) as Record<string, StateUpdate>);
  const [made, again] = [update(), update()];
  for (const [name, part] of Object.entries(made)) {
    const problem = updateProblem(prepared, name, part);
    site.demand(problem === undefined, `${problem} for ${where}`, "updates of the state that prepare declared, in its shapes");
    site.demand(
      tensorsOf(part).every((tensor, place) => sameValues(readNow(tensor), readNow(tensorsOf(again[name]!)[place]!))),
      `two updates of ${name} from the same outputs differ`,
      "updates that depend on outputs and state alone",
    );
  }
  disposeAll([made, again].flatMap((updates) => Object.values(updates).flatMap(tensorsOf)));
  const change = before.change();
  site.demand(change === undefined, `${change} for ${where}`, "new tensors only: what is returned becomes the trainer's, what is shown stays");
  const left = tensorCount() - tensors;
  site.demand(left === 0, `${left} tensors beside the updates for ${where}`, "none");
}

/** Why an update cannot be applied. */
export function updateProblem({ state, hostState = {} }: PreparedDistiller, name: string, part: StateUpdate): string | undefined {
  const old = state[name] ?? hostState[name];
  if (old === undefined) return `an update of ${name}, which is no state (${Object.keys({ ...state, ...hostState }).join(", ") || "none"})`;
  const shape = "value" in part ? part.value.shape : part.values.shape;
  const expected = "value" in part ? old.shape : [part.rows.shape[0], ...old.shape.slice(1)];
  return shape.join() === expected.join() ? undefined : `an update of ${name} of shape [${shape.join(",")}], not [${expected.join(",")}]`;
}

/** Disposes updates, but not what belongs to the step. */
export function release(updates: Readonly<Record<string, StateUpdate>>, step: DistillerStep): void {
  const own = Object.values(step.tensors);
  disposeAll(Object.values(updates).flatMap(tensorsOf).filter((tensor) => !own.includes(tensor)));
}

export function tensorsOf(update: StateUpdate): readonly TensorLike[] {
  return "value" in update ? [update.value] : [update.rows, update.values];
}
