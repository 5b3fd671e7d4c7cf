import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { metricsLineSchema, type Json } from "@kdf/core";
import type { MeasuredInterval, MeasuredValue, StudyCell, StudyEpoch, StudyMeasurement, StudyRecord } from "@kdf/analysis";
import type { StudyPlan } from "./plan-study.js";
import { isPath, type Pair } from "./study-file.js";
import type { Task } from "./task.js";
import type { TaskFolder } from "./task-folder.js";

export interface RecordRequest {
  readonly plan: StudyPlan;
  readonly folders: ReadonlyMap<string, TaskFolder>;
  readonly created: string;
  /** Folder of the user's project, which paths of teachers are told from. */
  readonly project: string;
}

/** What the study's folder holds, for tables and plots. */
export function studyRecord({ plan, folders, created, project }: RecordRequest): StudyRecord {
  const { study, tasks, primaries } = plan;
  const names = new Map([...primaries].map(([id, { key }]) => [key, id]));
  const cells = tasks.filter(({ kind }) => kind === "cell");
  const configuration = cells[0]!.configuration;
  return {
    format: 1,
    name: study.name,
    created,
    dataset: configuration.dataset,
    pairs: study.pairs.map((pair) => ({
      ...{ id: pair.id, teacher: teacherText(pair, project), student: pair.student, augmenters: pair.augmenters },
      epochs: cells.find((cell) => cell.pair === pair.id)!.configuration.epochs,
    })),
    augmenters: study.augmenters,
    seeds: study.seeds,
    epochs: configuration.epochs,
    outcome: { key: study.outcome, better: primaries.get(study.outcome)!.better },
    cells: cells.map((task) => cellRecord(task, folders, names)),
    measurements: tasks.flatMap((task) => (task.measurement === undefined ? [] : measurementRecord(task, task.measurement.steps, folders, plan))),
    deviations: study.deviations,
  };
}

function teacherText({ teacher }: Pair, project: string): string {
  if (typeof teacher !== "string") return `${teacher.train.network}, trained by the study`;
  return isPath(teacher) ? relative(project, teacher) : teacher;
}

type Stands = Pick<StudyCell, "state" | "reason">;

/** How a task stands; one that waits for another that failed says so. */
function standOf(task: Task, folders: ReadonlyMap<string, TaskFolder>): Stands {
  const folder = folders.get(task.id)!;
  const outcome = folder.outcome();
  if (outcome !== undefined) return { state: outcome.state, ...(outcome.reason !== undefined && { reason: outcome.reason }) };
  const failed = task.needs.find((need) => folders.get(need)?.outcome()?.state === "failed");
  if (failed !== undefined) return { state: "missing", reason: `it needs ${failed}, which failed` };
  return { state: "missing", reason: folder.hasCheckpoint ? "interrupted; the next command goes on from its checkpoint" : "not begun" };
}

function cellRecord(task: Task, folders: ReadonlyMap<string, TaskFolder>, names: ReadonlyMap<string, string>): StudyCell {
  const { pair, augmenter, seed } = task;
  const folder = folders.get(task.id)!;
  const { seconds, result: printed } = folder.outcome() ?? {};
  const result = printed as { readonly test?: { readonly last?: Readonly<Record<string, Json>> } } | undefined;
  const last = result?.test?.last;
  return {
    ...{ pair, augmenter, seed },
    ...standOf(task, folders),
    ...(folder.isBegun && { run: `${task.id}/run` }),
    epochs: epochsOf(join(folder.run, "metrics.jsonl"), names),
    ...(seconds !== undefined && { seconds }),
    ...(last !== undefined && { final: numbersOf(last, names) }),
  };
}

/** Training and validation by epoch, through all stages. A line that a process left unfinished is passed over. */
function epochsOf(file: string, names: ReadonlyMap<string, string>): StudyEpoch[] {
  if (!existsSync(file)) return [];
  const epochs: StudyEpoch[] = [];
  let stage: string | undefined;
  let before = 0;
  for (const text of readFileSync(file, "utf8").split("\n").slice(0, -1)) {
    // Most lines are steps, which are not wanted.
    if (text.startsWith('{"type":"step"')) continue;
    const line = metricsLineSchema.parse(JSON.parse(text));
    if (line.type === "step" || (line.type === "evaluation" && (line.split !== "validation" || line.role !== "student"))) continue;
    if (stage !== line.stage) [stage, before] = [line.stage, epochs.at(-1)?.epoch ?? 0];
    const values = prefixed(numbersOf(line.metrics, names), line.type === "training" ? "training" : "validation");
    const epoch = before + line.epoch + 1;
    const last = epochs.at(-1);
    if (last?.epoch === epoch) epochs[epochs.length - 1] = { epoch, values: { ...last.values, ...values } };
    else epochs.push({ epoch, values });
  }
  return epochs;
}

const prefixed = (values: Readonly<Record<string, number>>, prefix: string): Record<string, number> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix} ${name}`, value]));

/** The numbers among results; what compares runs goes by its metric's id. */
function numbersOf(results: Readonly<Record<string, Json>>, names: ReadonlyMap<string, string>): Record<string, number> {
  return Object.fromEntries(Object.entries(results).flatMap(([key, value]) => (typeof value === "number" ? [[names.get(key) ?? key, value]] : [])));
}

/** What `kdf rank` printed of one augmenter. */
interface Ranked {
  readonly rows?: readonly {
    readonly results: Readonly<Record<string, Json>>;
    readonly settings?: Readonly<Record<string, Json>>;
    readonly intervals?: Readonly<Record<string, MeasuredInterval>>;
  }[];
}

function measurementRecord(task: Task, steps: number, folders: ReadonlyMap<string, TaskFolder>, { study, primaries }: StudyPlan): StudyMeasurement {
  const { pair, augmenter, seed, configuration } = task;
  const folder = folders.get(task.id)!;
  const { results = {}, settings = {}, intervals = {} } = (folder.outcome()?.result as Ranked | undefined)?.rows?.[0] ?? {};
  const values = study.measurement.metrics.flatMap((id): [string, MeasuredValue][] => {
    const { key } = primaries.get(id)!;
    const value = results[key];
    return typeof value === "number" ? [[id, { value, ...(intervals[key] && { interval: intervals[key] }) }]] : [];
  });
  return {
    ...{ pair, augmenter },
    ...standOf(task, folders),
    ...(folder.isDone && { file: `${task.id}/outcome.json` }),
    draws: typeof results["draws"] === "number" ? results["draws"] : 0,
    values: Object.fromEntries(values),
    settings: { ...settings, batchSize: configuration.batchSize, steps, seed, engine: configuration.engine },
  };
}
