import type { MetricsLine, RunRecord } from "../run-record.js";

/** Sends what is measured elsewhere. A tracker never decides anything about the run. */
export interface Tracker {
  start(record: RunRecord, directory: string): void | Promise<void>;
  log(line: MetricsLine): void | Promise<void>;
  end(): void | Promise<void>;
}
