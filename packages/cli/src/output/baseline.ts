import { existsSync, readFileSync } from "node:fs";
import { canonicalJson, jsonSchema, type RunRecord } from "@kdf/core";
import { z } from "zod";

const baselineSchema = z.strictObject({
  command: z.string(),
  seed: z.int(),
  engine: z.string(),
  date: z.string(),
  machine: z.string(),
  /** What must be equal for the comparison to be fair: see `comparable`. */
  comparable: z.record(z.string(), jsonSchema),
  test: z.record(z.string(), jsonSchema),
});
export type Baseline = z.infer<typeof baselineSchema>;

/** What decides how a student without a teacher turns out, the seed and the engine apart. */
export function comparable({ configuration, dataset, split, options }: RunRecord): Record<string, unknown> {
  const { student, epochs, batchSize, validation, optimizer, schedule } = configuration;
  const chosen = { dataset: options[`dataset:${configuration.dataset}`], student: options[`network:${student}`] };
  return { dataset, split, student, epochs, batchSize, validation, optimizer, schedule, options: chosen };
}

/** The committed result of the same student, data and epochs without a teacher, if the preset has one. */
export function findBaseline(file: string | undefined, record: RunRecord): Baseline | undefined {
  if (file === undefined || !existsSync(file) || record.configuration.teacher === null) return undefined;
  const wanted = canonicalJson(comparable(record));
  return z
    .array(baselineSchema)
    .parse(JSON.parse(readFileSync(file, "utf8")))
    .find((baseline) => canonicalJson(baseline.comparable) === wanted);
}
