import { z } from "zod";

const positive = z.number().positive();
const whole = z.int().nonnegative();

export const optimizerSchema = z.strictObject({
  id: z.enum(["sgd", "adamw"]).default("sgd"),
  learningRate: positive.default(0.05).describe("before the factor of the schedule"),
  momentum: z.number().min(0).max(1).default(0.9).describe("sgd only"),
  nesterov: z.boolean().default(false).describe("sgd only"),
  weightDecay: z.number().nonnegative().default(5e-4).describe("on all parameters"),
  beta1: z.number().min(0).max(1).default(0.9).describe("adamw only"),
  beta2: z.number().min(0).max(1).default(0.999).describe("adamw only"),
  epsilon: positive.default(1e-8).describe("adamw only"),
});
export type OptimizerConfiguration = z.infer<typeof optimizerSchema>;

const warmupEpochs = z.number().nonnegative().default(0).describe("epochs in which the rate rises from zero");

/** A factor on the learning rate for each step. Positions are in epochs; fractions of an epoch count. */
export const scheduleSchema = z.discriminatedUnion("id", [
  z.strictObject({ id: z.literal("constant"), warmupEpochs }),
  z.strictObject({
    id: z.literal("step"),
    milestones: z.array(z.number().nonnegative()).describe("epochs after which the rate is multiplied by gamma"),
    gamma: positive.default(0.1).describe("factor on the rate at each milestone"),
    warmupEpochs,
  }),
  z.strictObject({
    id: z.literal("cosine"),
    warmupEpochs,
    finalFactor: z.number().min(0).max(1).default(0).describe("factor on the rate at the end"),
  }),
]);
export type ScheduleConfiguration = z.infer<typeof scheduleSchema>;

export const validationSchema = z.strictObject({
  fraction: z.number().min(0).max(0.5).default(0.1).describe("share of the training images kept for validation"),
  seed: whole.default(0).describe("draws the split; apart from the run's seed, so that runs share a split"),
});
export type ValidationConfiguration = z.infer<typeof validationSchema>;

/** Everything that decides a run. Options of contributions stand under `options`, by id or by `kind:id`. */
export const configurationSchema = z.strictObject({
  preset: z.string().nullable().default(null).describe("the package that gave the defaults, if any"),
  recipe: z.string().nullable().default(null).describe("the recipe that gave defaults over those of the preset, if any"),
  plugins: z.array(z.string()).default([]).describe("what --plugin names, in order"),
  dataset: z.string().describe("id of the data set"),
  teacher: z.string().nullable().describe("plugin id, run directory or weights file; null trains the student alone"),
  teacherEngine: z.string().nullable().default(null).describe("teacher plugin in whose runtime the teacher runs, beside any engine; null runs it in the engine"),
  student: z.string().describe("id of the network that is trained"),
  distiller: z.string().describe("id of what teaches the student"),
  distillerWithoutTeacher: z.string().default("cross-entropy").describe("what trains a network alone"),
  metrics: z.array(z.string()).default([]).describe("ids of what is measured"),
  trackers: z.array(z.string()).default([]).describe("ids of what follows the run beside metrics.jsonl"),
  engine: z.string().describe("id of what computes"),
  epochs: z.int().positive().describe("passes over the training images"),
  batchSize: z.int().positive().describe("images per step"),
  seed: whole.default(0).describe("of every random stream of the run"),
  validation: validationSchema.prefault({}),
  optimizer: optimizerSchema.prefault({}),
  schedule: scheduleSchema.prefault({ id: "cosine" }),
  workers: whole.default(0).describe("worker threads that prepare batches"),
  monitor: z.string().default("top-1").describe("the metric that chooses `best`, on the validation split"),
  recordPlans: z.boolean().default(false).describe("write the plan of every draw into metrics.jsonl, for a replay with kdf probe --plan"),
  checkpointEverySteps: whole.default(0).describe("beside the end of each epoch; 0 for never"),
  options: z
    .record(z.string(), z.record(z.string(), z.unknown()))
    .default({})
    .describe("options of what plugins provide, by its id or by kind:id"),
});
export type Configuration = z.infer<typeof configurationSchema>;
