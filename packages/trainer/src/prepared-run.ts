import type {
  Configuration,
  Dataset,
  EngineReport,
  Json,
  Metric,
  Model,
  PreparedDistiller,
  Stage,
  Streams,
  TeacherModel,
} from "@kdf/core";
import type { Loader, TrainingSplit } from "@kdf/data";
import type { AugmenterChain } from "./augmentation.js";
import type { RoleInput } from "./role-input.js";

export interface NamedMetric {
  readonly id: string;
  readonly metric: Metric;
}

/** A model with the change that its images need. */
export interface Placed<M> {
  readonly model: M;
  readonly input: RoleInput;
}

/** Everything that a run trains with, checked to fit together. Made by `prepareRun`, disposed by `disposeRun`. */
export interface PreparedRun {
  readonly configuration: Configuration;
  readonly dataset: Dataset;
  readonly splits: TrainingSplit;
  readonly loader: Pick<Loader, "stepsPerEpoch" | "epoch" | "dispose">;
  readonly teacher: Placed<TeacherModel> | undefined;
  readonly student: Placed<Model>;
  /** Parsed options of the student's network: its weights file names them. */
  readonly networkOptions: Json;
  readonly distiller: { readonly id: string; readonly prepared: PreparedDistiller };
  readonly augmenters: AugmenterChain | undefined;
  /** Fresh instances of the configured metrics. */
  makeMetrics(): Promise<readonly NamedMetric[]>;
  readonly streams: Streams;
  readonly engine: EngineReport;
}

export function stageEpochs(run: Pick<PreparedRun, "configuration">, stage: Stage): number {
  return stage.epochs ?? run.configuration.epochs;
}
