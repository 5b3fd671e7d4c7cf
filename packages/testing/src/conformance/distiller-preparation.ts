import { isKdfError, type BatchInfo, type Distiller, type DistillerSubject, type ExtraView, type PreparedDistiller, type TensorLike } from "@kdf/core";
import { createStreams, disposeAll, floats, readNow, scope, tensorCount } from "@kdf/tensor";
import { HookThrew, type Site } from "./check.js";
import { lossesOf } from "./distiller-checks.js";
import { disposePrepared, DistillerStep, extraParameters, imageShape } from "./distiller-step.js";
import { jsonProblem, sameJson, throughJson } from "./plain-json.js";
import { isDisposed, sameValues, Snapshot } from "./snapshot.js";

const epochs = 5;

/** Subjects that may not fit, made from one that does. */
export function misfits(fitting: DistillerSubject): Readonly<Record<string, DistillerSubject>> {
  const { student, teacher } = fitting;
  const { teacher: _, ...alone } = fitting;
  return {
    "a student of other classes": { ...fitting, student: { ...student, classes: student.classes + 1 } },
    "a student without taps": { ...fitting, student: { ...student, taps: {} } },
    "no teacher": alone,
    ...(teacher && {
      "a teacher of other classes": { ...fitting, teacher: { ...teacher, classes: teacher.classes + 1 } },
      "a teacher without taps": { ...fitting, teacher: { ...teacher, taps: {} } },
    }),
  };
}

/** Prepare refuses by a catalogued error, or what it takes trains. */
export function checkMisfit(site: Site, name: string, distiller: Distiller, subject: DistillerSubject, fitting: DistillerSubject): void {
  let prepared: PreparedDistiller;
  try {
    prepared = distiller.prepare(subject);
  } catch (cause) {
    site.demand(isKdfError(cause), `prepare threw for ${name}: ${String(cause)}`, "KDF_DISTILLER_MISFIT, which says what does not fit and how to mend it");
    return;
  }
  const missing = (["teacher", "student"] as const).flatMap((role) =>
    prepared.taps[role].filter((tap) => subject[role]?.taps[tap] === undefined && fitting[role]?.taps[tap] !== undefined),
  );
  const threw = missing.length > 0 ? `it reads the taps ${missing.join(", ")}` : thrownBy(site, prepared, subject);
  disposePrepared(prepared);
  site.demand(threw === undefined, `prepare takes ${name}, and then ${threw}`, "a refusal by prepare, before any training");
}

function thrownBy(site: Site, prepared: PreparedDistiller, subject: DistillerSubject): string | undefined {
  for (const stage of prepared.stages) {
    const step = new DistillerStep(subject, prepared, stage, 3);
    try {
      disposeAll(lossesOf(site, { prepared, step, where: `stage ${stage.id}` }) as Record<string, TensorLike>);
    } catch (error) {
      if (error instanceof HookThrew) return error.message;
      throw error;
    } finally {
      step.dispose();
    }
  }
  return undefined;
}

export function checkPreparation(site: Site, [one, other]: readonly [Distiller, Distiller], subject: () => DistillerSubject): void {
  const before = tensorCount();
  const prepare = (distiller: Distiller): PreparedDistiller => site.calls("prepare", "two models that fit", () => distiller.prepare(subject()));
  const [first, second] = [prepare(one), prepare(other)];
  const [a, b] = [valuesOf(first), valuesOf(second)];
  const same =
    sameJson([first.taps, first.stages], [second.taps, second.stages]) &&
    a.size === b.size &&
    [...a].every(([name, values]) => sameValues(values, b.get(name) ?? []));
  disposePrepared(first);
  disposePrepared(second);
  site.demand(same, "two preparations from the same streams differ", "the same taps, stages, extras and state");
  const left = tensorCount() - before;
  site.demand(left === 0, `${left} tensors beside extras and state after prepare`, "none");
}

export function checkStages(site: Site, prepared: PreparedDistiller, subject: DistillerSubject): void {
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
    const blind = stage.roles?.includes("student") === false && stage.trains.some((prefix) => prefix.split(".")[0] === "student");
    site.demand(!blind, `stage ${stage.id} trains the student and has the roles ${stage.roles?.join(", ")}`, "the role student where it trains");
    const nothing = stage.trains.filter((prefix) => !exists(prefix));
    site.demand(stage.trains.length > 0 && nothing.length === 0, `stage ${stage.id} trains ${nothing.join(", ") || "nothing"}`, `prefixes of ${parameters.join(", ")}`);
  }
}

export function checkWeights(site: Site, prepared: PreparedDistiller): void {
  for (const stage of prepared.stages) {
    for (const term of stage.losses) {
      for (let epoch = 0; epoch < epochs; epoch += 1) {
        const weight = site.calls("weight", term, () => prepared.weight(term, { stage: stage.id, epoch, epochs }));
        site.demand(Number.isFinite(weight) && weight >= 0, `the weight of ${term} is ${weight} at stage ${stage.id}, epoch ${epoch} of ${epochs}`, "a finite number, not negative");
      }
    }
  }
}

/** Calls the hooks that need no step. */
export function callPrepared(site: Site, prepared: PreparedDistiller, subject: DistillerSubject, sizes: readonly number[]): void {
  for (const { where, view, info, images } of viewCalls(prepared, subject, sizes)) {
    const plan = site.calls("sample", where, () => view.sample(createStreams(7).at(view.id), info));
    const made = site.calls("apply", where, () => scope(() => view.apply(plan, images) as never) as TensorLike);
    disposeAll([made, images]);
  }
  for (const { id, losses } of prepared.stages) {
    for (const term of losses) site.calls("weight", term, () => prepared.weight(term, { stage: id, epoch: 0, epochs }));
  }
}

interface ViewCall {
  readonly where: string;
  readonly view: ExtraView;
  readonly info: BatchInfo;
  /** [size,H,W,C], to be disposed. */
  readonly images: TensorLike;
}

function* viewCalls(prepared: PreparedDistiller, subject: DistillerSubject, sizes: readonly number[]): Generator<ViewCall> {
  const { height, width, channels } = imageShape(subject);
  const { mean, std } = subject.student.input;
  for (const view of prepared.views) {
    for (const size of sizes) {
      const stream = createStreams(8).at(view.id);
      yield {
        where: `view ${view.id} and a batch of ${size}`,
        view,
        info: { size, height, width, channels, mean, std },
        images: floats(Array.from({ length: size * height * width * channels }, () => stream.normal()), [size, height, width, channels]),
      };
    }
  }
}

export function checkViews(site: Site, prepared: PreparedDistiller, subject: DistillerSubject, sizes: readonly number[]): void {
  for (const { where, view, info, images } of viewCalls(prepared, subject, sizes)) {
    const draw = () => site.calls("sample", where, () => view.sample(createStreams(7).at(view.id), info));
    const plan = draw();
    const problem = jsonProblem(plan);
    site.demand(problem === undefined, `the plan of ${where} is not plain JSON: ${problem}`, "plain JSON");
    site.demand(sameJson(plan, draw()), `two plans of ${where} from one stream differ`, "the same plan from the same stream");
    const before = new Snapshot({ images });
    const tensors = tensorCount();
    const apply = (given: typeof plan): TensorLike =>
      site.calls("apply", where, () => scope(() => view.apply(given, images) as never) as TensorLike);
    const [made, again] = [apply(plan), apply(throughJson(plan))];
    const left = tensorCount() - tensors - 2;
    const fits = made !== images && !isDisposed(made) && made.shape.length === 4 && made.shape.slice(1).join() === images.shape.slice(1).join() && (made.shape[0] ?? 0) > 0;
    site.demand(fits, `images [${made.shape.join(",")}] of ${where}`, `new images [R,${images.shape.slice(1).join(",")}]`);
    site.demand(sameValues(readNow(made), readNow(again)), `one plan gives different images for ${where}`, "images that depend on the plan and the batch alone");
    disposeAll([made, again]);
    site.demand(left === 0, `${left} tensors beside the images after apply for ${where}`, "none");
    const change = before.change();
    site.demand(change === undefined, `${change} by ${where}`, "new tensors only");
    images.dispose();
  }
}

function valuesOf(prepared: PreparedDistiller): Map<string, Float32Array | Int32Array> {
  const extras = [...extraParameters(prepared)].map(([name, parameter]) => [name, parameter.value] as const);
  const values = new Map([...extras, ...Object.entries(prepared.state)].map(([name, tensor]) => [name, readNow(tensor).slice()]));
  for (const [name, onHost] of Object.entries(prepared.hostState ?? {})) values.set(name, onHost.values.slice());
  return values;
}
