/** A run whose parts tell a stopwatch when they begin and end, and count the rows that its models see. */
import type { Augmenter, Metric, Model, PreparedDistiller, TeacherModel } from "@kdf/core";
import type { Optimizer } from "@kdf/tensor";
import type { HostBatch } from "@kdf/data";
import type { PreparedRun } from "../prepared-run.js";
import type { Stopwatch } from "./stopwatch.js";

/** Rows that went through the models. */
export interface RowCount {
  teacher: number;
}

/** The same run on the clock. It shares everything with `run`, and is disposed in its place. */
export function timedRun(run: PreparedRun, watch: Stopwatch, rows: RowCount): PreparedRun {
  const { teacher, student, distiller, augmenters, loader } = run;
  return {
    ...run,
    loader: {
      stepsPerEpoch: loader.stepsPerEpoch,
      epoch: (...position) => timedBatches(loader.epoch(...position), watch),
      dispose: () => loader.dispose(),
    },
    teacher: teacher && { ...teacher, model: timedTeacher(teacher.model, watch, rows) },
    student: { ...student, model: timedStudent(student.model, watch) },
    augmenters: augmenters?.map((augmenter) => timedAugmenter(augmenter, watch)),
    distiller: { ...distiller, prepared: timedDistiller(distiller.prepared, watch) },
    makeMetrics: async () => (await run.makeMetrics()).map(({ id, metric }) => ({ id, metric: timedMetric(metric, watch) })),
  };
}

export function timedOptimizer(optimizer: Optimizer, watch: Stopwatch): Optimizer {
  return {
    step: (...given) => watch.run("optimizer", () => optimizer.step(...given)),
    slots: () => optimizer.slots(),
    restore: (slots) => optimizer.restore(slots),
    dispose: () => optimizer.dispose(),
  };
}

async function* timedBatches(batches: AsyncGenerator<HostBatch, void, undefined>, watch: Stopwatch): AsyncGenerator<HostBatch, void, undefined> {
  try {
    for (;;) {
      // The batch is made on this thread, or waited for.
      const next = await watch.wait("data", watch.run("data", () => batches.next()));
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await batches.return();
  }
}

function timedTeacher(model: TeacherModel, watch: Stopwatch, rows: RowCount): TeacherModel {
  const { description, provenance, ahead } = model;
  return {
    description,
    provenance,
    ...(ahead !== undefined && { ahead }),
    ...(model.parameters && { parameters: () => model.parameters!() }),
    forward: (images, options) => {
      rows.teacher += images.shape[0] ?? 0;
      const outputs = watch.run("teacher", () => model.forward(images, options));
      return outputs instanceof Promise ? watch.wait("teacher", outputs) : outputs;
    },
    dispose: () => model.dispose(),
  };
}

function timedStudent(model: Model, watch: Stopwatch): Model {
  return {
    description: model.description,
    parameters: () => model.parameters(),
    forward: (images, options) => watch.run("student", () => model.forward(images, options)),
    dispose: () => model.dispose(),
  };
}

function timedAugmenter(augmenter: Augmenter, watch: Stopwatch): Augmenter {
  return {
    ...(augmenter.needs && { needs: augmenter.needs }),
    sample: (stream, info) => watch.run("augmentation", () => augmenter.sample(stream, info)),
    propose: (plan, batch) => watch.run("augmentation", () => augmenter.propose(plan, batch)),
    ...(augmenter.select && { select: (pool, outputs, size) => watch.run("augmentation", () => augmenter.select!(pool, outputs, size)) }),
    ...(augmenter.save && { save: () => augmenter.save!() }),
    ...(augmenter.restore && { restore: (state) => augmenter.restore!(state) }),
    dispose: () => augmenter.dispose?.(),
  };
}

function timedDistiller(prepared: PreparedDistiller, watch: Stopwatch): PreparedDistiller {
  const { taps, extras, state, hostState, stages, views } = prepared;
  return {
    taps,
    extras,
    state,
    ...(hostState && { hostState }),
    stages,
    views: views.map((view) => ({
      id: view.id,
      from: view.from,
      roles: view.roles,
      ...(view.normGroup !== undefined && { normGroup: view.normGroup }),
      sample: (stream, info) => watch.run("augmentation", () => view.sample(stream, info)),
      apply: (plan, images) => watch.run("augmentation", () => view.apply(plan, images)),
    })),
    losses: (given, context) => watch.run("gradients", () => prepared.losses(given, context)),
    weight: (term, at) => prepared.weight(term, at),
    ...(prepared.update && { update: (given, context) => watch.run("gradients", () => prepared.update!(given, context)) }),
  };
}

function timedMetric(metric: Metric, watch: Stopwatch): Metric {
  return {
    phases: metric.phases,
    span: metric.span,
    primary: metric.primary,
    reads: metric.reads,
    observe: (step) => watch.run("metrics", () => metric.observe(step)),
    result: () => metric.result(),
  };
}
