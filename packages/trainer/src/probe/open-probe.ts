import { configurationInvalid, type Configuration } from "@kdf/core";
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

/** What a probe may use of a configuration; what it needs and lacks is KDF_CONFIGURATION_INVALID when it needs it. */
export interface ProbeConfiguration extends Pick<Configuration, "seed"> {
  readonly engine?: string;
  readonly epochs?: number;
}

/** Draws come from the configured seed. The configured engine is started by what computes: a metric needs none. */
export async function openProbe(container: Container, { engine, seed, epochs }: ProbeConfiguration): Promise<Probe> {
  const registry = container.resolve(tokens.registry);
  const streams = createStreams(seed);
  const start = async (): Promise<void> => {
    if (engine === undefined) throw missing("engine", "name one with --engine");
    await ensureEngine(container, engine);
  };
  return {
    augmenter: async (id, options) => {
      await start();
      return probeAugmenter(registry, streams, id, options);
    },
    distiller: async (id, options) => {
      await start();
      const runEpochs = (): number => {
        if (epochs === undefined) throw missing("epochs", "a weight depends on it: name it with --epochs");
        return epochs;
      };
      return probeDistiller(registry, streams, id, options, runEpochs);
    },
    metric: (id, inputsFile) => probeMetric(registry, id, inputsFile),
  };
}

function missing(path: string, hint: string): Error {
  return configurationInvalid({ source: "no preset or file gives it", problems: [{ path, message: `missing; ${hint}` }], known: [path] });
}
