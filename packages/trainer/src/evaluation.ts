import type { DatasetDescription, ImageSource, Json, ModelOutputs, TensorLike } from "@kdf/core";
import { evaluationBatches } from "@kdf/data";
import { floats, scope } from "@kdf/tensor";
import { disposeOutputs } from "./augmentation.js";
import { feed, readOutputs, resultsOf } from "./metric-feed.js";
import type { NamedMetric, PreparedRun } from "./prepared-run.js";
import type { Session } from "./session.js";

/**
 * Passes over a split, in order and without augmentation; the results of the metrics that evaluate. Undefined when the
 * session was asked to stop before the end.
 */
export async function evaluate(
  run: PreparedRun,
  role: "teacher" | "student",
  split: "validation" | "test",
  session: Session,
): Promise<Record<string, Json> | undefined> {
  const source = split === "validation" ? run.splits.validation : await run.dataset.open("test");
  const metrics = (await run.makeMetrics()).filter(({ metric }) => metric.phases.includes("evaluation"));
  const forward = role === "student" ? studentForward(run) : teacherForward(run);
  try {
    return await evaluateSource(source, run.dataset.description, metrics, forward, (done) => {
      session.observer.evaluationProgress?.({ split, role, done, total: source.length });
      if (session.stopRequested) throw new Stopped();
    });
  } catch (error) {
    if (error instanceof Stopped) return undefined;
    throw error;
  }
}

/** Leaves an evaluation that nobody waits for any more. */
class Stopped extends Error {}

type Forward = (images: TensorLike) => ModelOutputs | Promise<ModelOutputs>;

function studentForward(run: PreparedRun): Forward {
  const { model, input } = run.student;
  return (images) => scope(() => model.forward(input.apply(images), { training: false }) as never) as ModelOutputs;
}

function teacherForward(run: PreparedRun): Forward {
  const { model, input } = run.teacher!;
  return (images) => input.with(images, (adapted) => model.forward(adapted, { taps: [] }));
}

/** Feeds the metrics with what `forward` says of a whole source. */
export async function evaluateSource(
  source: ImageSource,
  description: DatasetDescription,
  metrics: readonly NamedMetric[],
  forward: Forward,
  progress: (done: number) => void,
): Promise<Record<string, Json>> {
  let done = 0;
  let step = 0;
  for await (const batch of evaluationBatches({ source, description, batchSize: evaluationBatchSize })) {
    const images = floats(batch.images, [batch.size, batch.height, batch.width, batch.channels]);
    const outputs = await forward(images);
    images.dispose();
    // The metrics that evaluate read a student; the model under evaluation stands in its place, whichever it is.
    const student = await readOutputs(outputs);
    disposeOutputs(outputs);
    feed(metrics, { views: { original: { student } }, labels: batch.labels, indices: batch.indices, epoch: 0, step });
    step += 1;
    done += batch.size;
    await new Promise(setImmediate);
    progress(done);
  }
  return resultsOf(metrics);
}

/** The same in every run, so that results of runs with different batch sizes stay comparable to the last bit. */
const evaluationBatchSize = 200;
