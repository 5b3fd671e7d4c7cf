import type { OptimizerConfiguration } from "@kdf/core";
import { AdamW } from "./adamw.js";
import type { Optimizer } from "./optimizer.js";
import { Sgd } from "./sgd.js";

/** The optimizer that a configuration names, with no slots yet. The caller disposes it. */
export function createOptimizer(configuration: OptimizerConfiguration): Optimizer {
  switch (configuration.id) {
    case "sgd":
      return new Sgd(configuration);
    case "adamw":
      return new AdamW(configuration);
  }
}
