import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { canonicalJson, jsonSchema, studyChanged, type Configuration, type Json } from "@kdf/core";
import { configurationText } from "@kdf/host";
import { z } from "zod";
import { writeWhole } from "../output/output-file.js";
import type { Task } from "./task.js";

const outcomeSchema = z.strictObject({
  format: z.literal(1),
  state: z.enum(["done", "failed"]),
  /** Of a task that one process did from its beginning to its end. */
  seconds: z.number().optional(),
  reason: z.string().optional(),
  /** What the process printed with --json. */
  result: jsonSchema.optional(),
});
export type Outcome = z.infer<typeof outcomeSchema>;

/** The files of a task, in its folder of the study's folder. */
export class TaskFolder {
  readonly task: Task;
  readonly path: string;
  readonly run: string;
  readonly configurationFile: string;
  readonly logFile: string;
  readonly #study: string;

  constructor(study: string, task: Task) {
    this.task = task;
    this.#study = study;
    this.path = join(study, task.id);
    this.run = join(this.path, "run");
    this.configurationFile = join(this.path, "config.yaml");
    this.logFile = join(this.path, "log.txt");
  }

  /** How the task ended; undefined where it has not, or what stands there is no outcome. */
  outcome(): Outcome | undefined {
    return outcomeSchema.safeParse(readJson(join(this.path, "outcome.json"))).data;
  }

  get isDone(): boolean {
    return this.outcome()?.state === "done";
  }

  /** Whether there is work of it to lose. */
  get isBegun(): boolean {
    return this.isDone || existsSync(join(this.run, "run.json"));
  }

  /** Whether its run can go on. */
  get hasCheckpoint(): boolean {
    return existsSync(join(this.run, "checkpoints", "last", "state.json"));
  }

  /** Writes what its process is given; how an earlier attempt ended is no longer so. */
  begin(): void {
    mkdirSync(this.path, { recursive: true });
    rmSync(join(this.path, "outcome.json"), { force: true });
    writeFileSync(this.configurationFile, configurationText(this.task.configuration));
    writeWhole(join(this.path, "task.json"), `${this.settings}\n`, { replace: true });
  }

  end(outcome: Omit<Outcome, "format">): void {
    writeWhole(join(this.path, "outcome.json"), `${JSON.stringify({ format: 1, ...outcome }, null, 2)}\n`, { replace: true });
  }

  /** The settings that it was begun with and those of now, where they differ. */
  change(): { readonly recorded: string; readonly present: string } | undefined {
    const file = join(this.path, "task.json");
    if (!this.isBegun || !existsSync(file)) return undefined;
    const [recorded, present] = [readFileSync(file, "utf8").trim(), this.settings];
    return recorded === present ? undefined : { recorded, present };
  }

  /** What decides its result, as JSON. The study's own folder has no name in it, so that it may be moved. */
  get settings(): string {
    const { configuration, measurement, augmenter } = this.task;
    const all = measurement === undefined ? configuration : { ...measuring(configuration), augmenter, ...measurement };
    const replaced = JSON.stringify(all, (_, value: unknown) => (typeof value === "string" ? value.replaceAll(this.#study, ".") : value));
    return canonicalJson(JSON.parse(replaced) as Json);
  }
}

/** The settings that a measurement depends on: how long students will be trained is none. */
function measuring({ dataset, teacher, teacherEngine, metrics, engine, batchSize, seed, validation, options, plugins }: Configuration): object {
  return { dataset, teacher, teacherEngine, metrics, engine, batchSize, seed, validation, options, plugins };
}

/** KDF_STUDY_CHANGED where tasks were begun with other settings than those of now. */
export function demandUnchanged(directory: string, folders: readonly TaskFolder[]): void {
  const changes = folders.flatMap((folder) => {
    const change = folder.change();
    return change === undefined ? [] : [{ id: folder.task.id, ...change }];
  });
  const [first] = changes;
  if (first === undefined) return;
  throw studyChanged({ directory, changed: changes.map(({ id }) => id), recorded: first.recorded, present: first.present });
}

/** What a JSON file holds; undefined where there is none, or it is none. */
export function readJson(file: string): unknown {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
