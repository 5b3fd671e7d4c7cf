/** Measures a trained model, of a run or of a weights file, on a data set. */
import type { Configuration, Json } from "@kdf/core";
import type { Container } from "@kdf/core/di";
import { tokens } from "@kdf/core/tokens";
import { splitTraining } from "@kdf/data";
import { ensureEngine } from "./engine.js";
import { evaluateSource } from "./evaluation.js";
import { checkTeacher, openTeacherFrom } from "./open-teacher.js";
import { RoleInput } from "./role-input.js";

export interface EvaluationRequest {
  readonly container: Container;
  readonly configuration: Pick<Configuration, "dataset" | "metrics" | "engine" | "validation">;
  /** Weights file, run directory (its best checkpoint) or teacher plugin. */
  readonly model: string;
  readonly split: "validation" | "test";
  readonly onProgress?: (done: number, total: number) => void;
}

export interface EvaluationOutcome {
  readonly model: string;
  readonly network: string;
  readonly dataset: string;
  readonly split: "validation" | "test";
  readonly images: number;
  readonly metrics: Readonly<Record<string, Json>>;
  readonly provenance: Readonly<Record<string, string>>;
}

export async function evaluateModel(request: EvaluationRequest): Promise<EvaluationOutcome> {
  const { container, configuration, split } = request;
  const registry = container.resolve(tokens.registry);
  const dataset = await registry.create("dataset", configuration.dataset);
  await dataset.check();
  await ensureEngine(container, configuration.engine);
  const model = await openTeacherFrom(request.model, registry);
  let input: RoleInput | undefined;
  try {
    const warnings = checkTeacher(model, dataset.description, configuration.validation);
    // They tell of images that the model may have been trained on: test images are none.
    if (split === "validation") warnings.forEach((warning) => container.resolve(tokens.logger).warn(`${request.model}: ${warning}`));
    const adapting = (input = new RoleInput(dataset.description, model.description));
    const source =
      split === "test"
        ? await dataset.open("test")
        : splitTraining(await dataset.open("training"), configuration.validation).validation;
    const all = await Promise.all(
      configuration.metrics.map(async (id) => ({ id, metric: await registry.create("metric", id) })),
    );
    const metrics = await evaluateSource(
      source,
      dataset.description,
      all.filter(({ metric }) => metric.phases.includes("evaluation")),
      (images) => adapting.with(images, (adapted) => model.forward(adapted, { taps: [] })),
      (done) => request.onProgress?.(done, source.length),
    );
    return {
      model: request.model,
      network: model.description.network,
      dataset: dataset.description.id,
      split,
      images: source.length,
      metrics,
      provenance: model.provenance,
    };
  } finally {
    await dataset.dispose?.();
    model.dispose();
    input?.dispose();
  }
}
