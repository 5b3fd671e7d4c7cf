import type {
  DistillerSubject,
  LossContext,
  ModelDescription,
  ModelOutputs,
  PreparedDistiller,
  Role,
  Stage,
  TensorLike,
  Views,
  ViewOutputs,
} from "@kdf/core";
import { clone, createStreams, disposeAll, floats, integers, scope, Parameter } from "@kdf/tensor";
import { trainingSize } from "./distiller-subject.js";

/** One step of a stage with random outputs in the models' place. Owns its tensors. */
export class DistillerStep {
  readonly views: Views;
  readonly context: LossContext;
  /** What the stage's gradient is taken in: the student's outputs if it trains, and the extras that train. */
  readonly trained: ReadonlyMap<string, Parameter>;
  /** The models' outputs by name, as `original.student.logits`. */
  readonly outputs: ReadonlyMap<string, Parameter>;
  /** Every tensor that a hook is shown and must leave alone, by name: not the extras' running statistics, which losses move. */
  readonly tensors: Readonly<Record<string, TensorLike>>;
  readonly #owned: readonly TensorLike[];

  /**
   * `equalModels`: what teacher and student both have of a view has the same values. `value`: all outputs are this number,
   * where they would be random.
   */
  constructor(
    subject: DistillerSubject,
    prepared: PreparedDistiller,
    stage: Stage,
    size: number,
    { equalModels = false, value }: { readonly equalModels?: boolean; readonly value?: number } = {},
  ) {
    const stream = createStreams(5).at("conformance-step");
    const normal = (shape: readonly number[]): TensorLike =>
      floats(Array.from({ length: shape.reduce((product, length) => product * length, 1) }, () => value ?? stream.normal()), shape);
    const outputs = new Map<string, Parameter>();
    const make = (view: string, role: Role, part: string, shape: readonly number[]): TensorLike => {
      const name = `${view}.${role}.${part}`;
      const twin = outputs.get(`${view}.${role === "teacher" ? "student" : "teacher"}.${part}`);
      const values = equalModels && twin?.shape.join() === shape.join() ? clone(twin.value) : normal(shape);
      const parameter = new Parameter(values);
      values.dispose();
      outputs.set(name, parameter);
      return parameter.value;
    };
    const { height, width, channels } = imageShape(subject);
    const images = normal([size, height, width, channels]);
    const modelOutputs = (view: string, role: Role, model: ModelDescription, rows: number): ModelOutputs => ({
      logits: make(view, role, "logits", [rows, model.classes]),
      taps: Object.fromEntries(
        prepared.taps[role].map((tap) => [tap, make(view, role, tap, [rows, ...(model.taps[tap] ?? [])])]),
      ),
    });
    this.views = Object.fromEntries(
      stage.views.map((id): [string, ViewOutputs] => {
        const extra = prepared.views.find((view) => view.id === id);
        const roles = (extra?.roles ?? ["teacher", "student"]).filter((role) => stage.roles?.includes(role) ?? true);
        const rows = extra === undefined ? size : rowsOf(extra, images, subject);
        return [
          id,
          {
            ...(roles.includes("student") && { student: modelOutputs(id, "student", subject.student, rows) }),
            ...(roles.includes("teacher") && subject.teacher && { teacher: modelOutputs(id, "teacher", subject.teacher, rows) }),
          },
        ];
      }),
    );
    const rows = {
      labels: Int32Array.from({ length: size }, () => stream.integer(subject.dataset.classes.length)),
      indices: Int32Array.from(stream.choose(trainingSize, size)),
    };
    this.context = {
      labels: integers(rows.labels, [size]),
      indices: integers(rows.indices, [size]),
      rows,
      state: prepared.state,
      stage: stage.id,
      epoch: 0,
      step: 0,
      position: { stage: prepared.stages.indexOf(stage), epoch: 0, step: 0 },
    };
    images.dispose();

    const extras = extraParameters(prepared);
    const trained = new Map<string, Parameter>();
    const trains = (name: string): boolean => stage.trains.some((prefix) => name === prefix || name.startsWith(`${prefix}.`));
    const trainsStudent = stage.trains.some((prefix) => prefix === "student" || prefix.startsWith("student."));
    for (const [name, parameter] of outputs) if (name.includes(".student.") && trainsStudent) trained.set(name, parameter);
    for (const [name, parameter] of extras) if (parameter.trainable && trains(name)) trained.set(name, parameter);
    this.trained = trained;
    const fixed = [...outputs, ...extras].filter(([, { trainable }]) => trainable);
    this.tensors = {
      labels: this.context.labels,
      indices: this.context.indices,
      ...prefixed("state.", prepared.state),
      ...Object.fromEntries(fixed.map(([name, parameter]) => [name, parameter.value])),
    };
    this.outputs = outputs;
    this.#owned = [this.context.labels, this.context.indices];
  }

  dispose(): void {
    this.outputs.forEach((parameter) => parameter.dispose());
    disposeAll(this.#owned);
  }
}

/** The parameters of all extras, as `extras.<extra>.<parameter>`. */
export function extraParameters(prepared: PreparedDistiller): Map<string, Parameter> {
  return new Map(
    Object.entries(prepared.extras).flatMap(([extra, trainable]) =>
      [...trainable.parameters()].map(([name, parameter]) => [`extras.${extra}.${name}`, parameter as Parameter] as const),
    ),
  );
}

/** Disposes what `prepare` made. */
export function disposePrepared(prepared: PreparedDistiller): void {
  Object.values(prepared.extras).forEach((extra) => extra.dispose());
  disposeAll(Object.values(prepared.state));
}

export function imageShape({ student }: DistillerSubject): { readonly height: number; readonly width: number; readonly channels: number } {
  const { size, channels } = student.input;
  return { height: size, width: size, channels };
}

function rowsOf(view: PreparedDistiller["views"][number], images: TensorLike, subject: DistillerSubject): number {
  const { mean, std } = subject.student.input;
  const info = { size: images.shape[0] ?? 0, ...imageShape(subject), mean, std };
  const made = scope(() => view.apply(view.sample(createStreams(6).at(view.id), info), images) as never) as TensorLike;
  const rows = made.shape[0] ?? 0;
  if (made !== images) made.dispose();
  return rows;
}

function prefixed(prefix: string, tensors: Readonly<Record<string, TensorLike>>): Record<string, TensorLike> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor]));
}
