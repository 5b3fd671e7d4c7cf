import type { Json, Metric } from "@kdf/core";
import { Fault, faultOptions, type FaultOptions } from "./fault.js";

export const faultyMetricOptions = faultOptions(["create", "observe", "result", "save", "restore"]);

/** Counts observations, until it fails. */
export class FaultyMetric implements Metric {
  readonly phases = ["training", "evaluation"] as const;
  readonly span = "run";
  readonly primary = { key: "observations", better: "higher" } as const;
  readonly reads = ["student"] as const;
  readonly #fault: Fault;
  #observations = 0;

  constructor(options: FaultOptions) {
    this.#fault = new Fault(options);
    this.#fault.strike("create");
  }

  observe(): void {
    this.#fault.strike("observe");
    this.#observations += 1;
  }

  result(): { readonly [name: string]: Json } {
    return { observations: this.#fault.strike("result") === undefined ? this.#observations : Number.NaN };
  }

  save(): Json {
    this.#fault.strike("save");
    return this.#observations;
  }

  restore(state: Json): void {
    this.#fault.strike("restore");
    this.#observations = state as number;
  }
}
