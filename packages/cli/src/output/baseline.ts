import { existsSync, readFileSync } from "node:fs";
import { jsonSchema, type Configuration } from "@kdf/core";
import { z } from "zod";

const baselineSchema = z.strictObject({
  command: z.string(),
  seed: z.int(),
  engine: z.string(),
  date: z.string(),
  machine: z.string(),
  /** What must be equal for the comparison to be fair: see `comparable`. */
  configuration: z.record(z.string(), z.json()),
  test: z.record(z.string(), jsonSchema),
});
export type Baseline = z.infer<typeof baselineSchema>;

/** What decides how a student without a teacher turns out, the seed and the engine apart. */
export function comparable(configuration: Configuration): Record<string, unknown> {
  const { dataset, student, epochs, batchSize, validation, optimizer, schedule, options } = configuration;
  const own = { dataset: optionsOf(options, "dataset", dataset), student: optionsOf(options, "network", student) };
  return { dataset, student, epochs, batchSize, validation, optimizer, schedule, options: own };
}

function optionsOf(options: Configuration["options"], kind: string, id: string): Record<string, unknown> {
  return { ...options[id], ...options[`${kind}:${id}`] };
}

/** The committed result of the same student, data and epochs without a teacher, if the preset has one. */
export function findBaseline(file: string | undefined, configuration: Configuration): Baseline | undefined {
  if (file === undefined || !existsSync(file) || configuration.teacher === null) return undefined;
  const wanted = canonical(comparable(configuration));
  return z
    .array(baselineSchema)
    .parse(JSON.parse(readFileSync(file, "utf8")))
    .find((baseline) => canonical(baseline.configuration) === wanted);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
