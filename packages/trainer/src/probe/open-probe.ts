import type { Configuration } from "@kdf/core";
import type { Container } from "@kdf/core/di";
import { tokens } from "@kdf/core/tokens";
import { createStreams } from "@kdf/tensor";
import { ensureEngine } from "../engine.js";
import { probeAugmenter, type AugmenterProbe, type AugmenterProbeOptions } from "./probe-augmenter.js";
import { probeDistiller, type DistillerProbe, type DistillerProbeOptions } from "./probe-distiller.js";
import { probeMetric } from "./probe-metric.js";

/** One plugin on recorded tensors, so that anyone can compare a number with another framework's. */
export interface Probe {
  augmenter(id: string, options: AugmenterProbeOptions): Promise<AugmenterProbe>;
  distiller(id: string, options: DistillerProbeOptions): Promise<DistillerProbe>;
  metric(id: string, inputsFile: string): ReturnType<typeof probeMetric>;
}

/** Starts the configured engine; draws come from the configured seed. */
export async function openProbe(container: Container, configuration: Pick<Configuration, "engine" | "seed">): Promise<Probe> {
  await ensureEngine(container, configuration.engine);
  const registry = container.resolve(tokens.registry);
  const streams = createStreams(configuration.seed);
  return {
    augmenter: (id, options) => probeAugmenter(registry, streams, id, options),
    distiller: (id, options) => probeDistiller(registry, streams, id, options),
    metric: (id, inputsFile) => probeMetric(registry, id, inputsFile),
  };
}
