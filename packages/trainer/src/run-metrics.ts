import { metricUnsuitable, type Configuration, type ExtensionRegistry, type MetricPhase } from "@kdf/core";
import { resultsOf } from "./metric-feed.js";
import type { NamedMetric } from "./prepared-run.js";

/**
 * A maker of fresh instances of the configured metrics, once they are known to suit the run:
 * KDF_METRIC_UNSUITABLE names one that does not.
 */
export async function runMetrics(registry: ExtensionRegistry, configuration: Configuration): Promise<() => Promise<readonly NamedMetric[]>> {
  const { metrics: ids, monitor, teacher } = configuration;
  const make = async (): Promise<readonly NamedMetric[]> => {
    const all = await Promise.all(ids.map(async (id) => ({ id, metric: await registry.create("metric", id) })));
    // A network that is trained alone has no teacher to observe.
    return teacher === null ? all.filter(({ metric }) => !metric.reads.includes("teacher")) : all;
  };
  const fresh = await make();
  const refuse = (metric: string, use: string): Error => metricUnsuitable({ metric, use, metrics: ids });
  const has = ({ metric }: NamedMetric, phase: MetricPhase): boolean => metric.phases.includes(phase);
  for (const named of fresh) {
    const { id, metric } = named;
    if (has(named, "training") && (metric.save === undefined || metric.restore === undefined)) {
      throw refuse(id, "observe a training: it cannot save and restore what it holds, so the run could not be resumed");
    }
    if (has(named, "evaluation") && metric.reads.includes("teacher")) {
      throw refuse(id, "evaluate: an evaluation forwards one model, and it reads the teacher beside the student");
    }
  }
  // Names that two metrics share are refused here, not at the end of the first epoch.
  resultsOf(fresh);
  const monitored = fresh.find(({ id }) => id === monitor);
  if (monitored === undefined || !has(monitored, "evaluation")) throw refuse(monitor, "choose the best checkpoint: it is not among the run's metrics, or does not evaluate");
  return make;
}
