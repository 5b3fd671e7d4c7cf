import type { Distiller, DistillerSubject, HostState, PreparedDistiller, Stage, StateUpdate, TensorLike } from "@kdf/core";
import { clone, disposeAll, readNow, scope, withRows } from "@kdf/tensor";
import type { Site } from "./check.js";
import { lossesOf, release, updateOf, updateProblem } from "./distiller-checks.js";
import { disposePrepared, DistillerStep, extraParameters } from "./distiller-step.js";

type State = Record<string, TensorLike>;

/** An instance with the state that a run would save, at one stage. Owns both. */
class Course {
  readonly prepared: PreparedDistiller;
  readonly step: DistillerStep;
  readonly #site: Site;
  readonly #stage: Stage;
  #state: State;

  constructor(site: Site, prepared: PreparedDistiller, subject: DistillerSubject, stage: Stage) {
    this.#site = site;
    this.prepared = prepared;
    this.#stage = stage;
    this.step = new DistillerStep(subject, prepared, stage, 3);
    this.#state = copies(prepared.state);
  }

  /** A step; the values of its terms. */
  advance(number: number): ReadonlyMap<string, number> {
    const subject = { prepared: this.prepared, stage: this.#stage, step: this.step, where: `stage ${this.#stage.id}, step ${number}` };
    const context = { ...this.step.context, state: this.#state, step: number, position: { ...this.step.context.position, step: number } };
    const terms = lossesOf(this.#site, subject, context);
    const values = new Map(Object.entries(terms).map(([name, term]) => [name, readNow(term)[0]!]));
    disposeAll(terms as State);
    const updates = updateOf(this.#site, subject, context);
    for (const [name, part] of Object.entries(updates)) {
      if (updateProblem(this.prepared, name, part) !== undefined) continue;
      const onHost = this.prepared.hostState?.[name];
      if (onHost !== undefined) {
        writeOnHost(onHost, part);
        continue;
      }
      const next = scope(() => ("value" in part ? clone(part.value) : withRows(this.#state[name]!, part.rows, part.values)));
      this.#state[name]!.dispose();
      this.#state[name] = next;
    }
    release(updates, this.step);
    return values;
  }

  /** Takes over what `other` would have saved: state and extras. */
  restore(other: Course): void {
    disposeAll(this.#state);
    this.#state = copies(other.#state);
    for (const [name, { values }] of Object.entries(other.prepared.hostState ?? {})) this.prepared.hostState?.[name]?.values.set(values);
    const parameters = extraParameters(this.prepared);
    for (const [name, { value }] of extraParameters(other.prepared)) parameters.get(name)?.assign(value);
  }

  dispose(): void {
    disposeAll(this.#state);
    this.step.dispose();
    disposePrepared(this.prepared);
  }
}

function writeOnHost({ values, shape }: HostState, part: StateUpdate): void {
  if ("value" in part) values.set(readNow(part.value));
  else {
    const [numbers, size] = [readNow(part.values), values.length / shape[0]!];
    readNow(part.rows).forEach((row, place) => values.set(numbers.subarray(place * size, (place + 1) * size), row * size));
  }
}

const copies = (state: Readonly<State>): State => Object.fromEntries(Object.entries(state).map(([name, tensor]) => [name, clone(tensor)]));

/** What an instance remembers beside its state and extras is lost when a run is interrupted. */
export function checkCheckpoint(site: Site, make: () => Distiller, subject: () => DistillerSubject): void {
  const start = (): PreparedDistiller => site.calls("prepare", "two models that fit", () => make().prepare(subject()));
  const first = start();
  const { stages } = first;
  disposePrepared(first);
  for (const [place] of stages.entries()) {
    const courses = [0, 1, 2].map(() => {
      const prepared = start();
      return new Course(site, prepared, subject(), prepared.stages[place]!);
    });
    const [straight, control, resumed] = courses as [Course, Course, Course];
    try {
      for (let step = 0; step < 3; step += 1) [straight, control].forEach((course) => course.advance(step));
      resumed.restore(straight);
      const values = straight.advance(3);
      // What differs without an interruption is not the interruption's doing: other checks say so.
      if (differing(values, control.advance(3)).length > 0) continue;
      const others = differing(values, resumed.advance(3));
      site.demand(
        others.length === 0,
        `an instance that goes on from state and extras has other values of ${others.join(", ")}, at stage ${stages[place]!.id}`,
        "the same terms: what a distiller remembers is in its state or its extras",
      );
    } finally {
      courses.forEach((course) => course.dispose());
    }
  }
}

const differing = (a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): string[] =>
  [...a].filter(([name, value]) => !Object.is(value, b.get(name))).map(([name]) => name);
