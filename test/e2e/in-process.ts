import { configurationSchema, type Configuration, type Plugin } from "@kdf/core";
import { createRoot } from "@kdf/core/di";
import { tokens } from "@kdf/core/tokens";
import cpu from "@kdf/plugin-cpu";
import kd from "@kdf/plugin-kd";
import { MemoryRegistry, RecordingLogger, testPlugins } from "@kdf/testing";
import { resumeTraining, startTraining, type TrainingObserver, type TrainingOutcome, type TrainingRequest } from "@kdf/trainer";

export interface Experiment {
  readonly values?: Readonly<Record<string, unknown>>;
  readonly plugins?: readonly Plugin[];
  readonly augmenterIds?: readonly string[];
  readonly observer?: TrainingObserver;
  readonly signal?: AbortSignal;
}

/** A run of the testing kit's plugins in this process. */
export function experiment({ values = {}, plugins = [], augmenterIds = [], observer, signal }: Experiment): TrainingRequest & { readonly logger: RecordingLogger } {
  const logger = new RecordingLogger();
  const registry = new MemoryRegistry([...(Object.values(testPlugins) as Plugin[]), kd as Plugin, cpu as Plugin, ...plugins], { logger });
  const configuration: Configuration = configurationSchema.parse({
    dataset: "boring",
    teacher: "boring",
    student: "boring",
    distiller: "kd",
    metrics: ["boring-accuracy"],
    monitor: "boring-accuracy",
    engine: "cpu",
    epochs: 2,
    batchSize: 16,
    ...values,
  });
  return {
    logger,
    container: createRoot().provide(tokens.logger, logger).provide(tokens.registry, registry),
    configuration,
    augmenterIds,
    origin: () => ({ command: ["test"], plugins: [], versions: {} }),
    ...(observer && { observer }),
    ...(signal && { signal }),
  };
}

export const start = (run: Experiment, directory: string): Promise<TrainingOutcome> => startTraining(experiment(run), directory);
export const resume = (run: Experiment, directory: string): Promise<TrainingOutcome> => resumeTraining(experiment(run), directory);
