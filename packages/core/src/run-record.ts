import { z } from "zod";
import { engineTiers } from "./contracts/engine.js";
import type { Json } from "./contracts/json.js";
import { configurationSchema } from "./configuration.js";

/** Any JSON value, in the contracts' own type. */
export const jsonSchema = z.json() as unknown as z.ZodType<Json>;
const json = jsonSchema;

export const pluginRecordSchema = z.strictObject({
  id: z.string(),
  package: z.string(),
  version: z.string(),
  /** sha256 over the plugin's files. */
  hash: z.string(),
});

/** run.json: what made a run, enough to make it again. */
export const runRecordSchema = z.strictObject({
  format: z.literal(1),
  name: z.string(),
  startedAt: z.string(),
  command: z.array(z.string()),
  versions: z.record(z.string(), z.string()),
  plugins: z.array(pluginRecordSchema),
  /** Parsed options of each contribution that the run made, by `kind:id`. */
  options: z.record(z.string(), json),
  engine: z.strictObject({
    id: z.string(),
    tier: z.enum(engineTiers),
    library: z.string(),
    device: z.string(),
    threads: z.int().positive(),
    features: z.array(z.string()),
  }),
  platform: z.record(z.string(), z.string()),
  configuration: configurationSchema,
  dataset: z.record(z.string(), z.string()),
  split: z.strictObject({ training: z.int(), validation: z.int(), test: z.int(), hash: z.string() }),
  teacher: z.record(z.string(), z.string()).nullable(),
  gitCommit: z.string().nullable(),
});
export type RunRecord = z.infer<typeof runRecordSchema>;

const position = {
  stage: z.string(),
  /** From 0, within the stage. */
  epoch: z.int().nonnegative(),
  /** Steps applied since the run began. */
  globalStep: z.int().nonnegative(),
};

/** A line of metrics.jsonl. */
export const metricsLineSchema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("step"),
    ...position,
    learningRate: z.number(),
    total: z.number(),
    terms: z.record(z.string(), z.number()),
    imagesPerSecond: z.number(),
    /** By the name of the stream that they were drawn from, where the configuration asks for them. */
    plans: z.record(z.string(), json).optional(),
  }),
  z.strictObject({ type: z.literal("training"), ...position, metrics: z.record(z.string(), json) }),
  z.strictObject({
    type: z.literal("evaluation"),
    ...position,
    split: z.enum(["validation", "test"]),
    role: z.enum(["teacher", "student"]),
    checkpoint: z.enum(["last", "best"]).optional(),
    metrics: z.record(z.string(), json),
  }),
]);
export type MetricsLine = z.infer<typeof metricsLineSchema>;
