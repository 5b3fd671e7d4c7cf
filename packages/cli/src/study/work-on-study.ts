import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { studyReport, type StudyRecord } from "@kdf/analysis";
import { canonicalJson, studyInvalid } from "@kdf/core";
import { z } from "zod";
import { makeBudget, type Budget } from "./budget.js";
import { formatDuration } from "../output/format.js";
import { writeWhole } from "../output/output-file.js";
import { doTask } from "./do-task.js";
import { doTasks, type TaskState } from "./do-tasks.js";
import type { StudyPlan } from "./plan-study.js";
import { probeTasks } from "./probe-tasks.js";
import { studyRecord } from "./study-record.js";
import { taskLabel, type Task } from "./task.js";
import { demandUnchanged, readJson, TaskFolder } from "./task-folder.js";

export interface WorkRequest {
  readonly plan: StudyPlan;
  /** Where the study is kept. */
  readonly directory: string;
  /** Folder of the user's project. */
  readonly project: string;
  readonly dataDirectory?: string;
  readonly jobs: number;
  readonly signal: AbortSignal;
  /** Tells a person how it goes on. */
  tell(line: string): void;
}

const probesSchema = z.array(z.strictObject({ id: z.string(), seconds: z.number(), jobs: z.number(), settings: z.string() }));

/** A study at work: its tasks, their folders and what they take. */
export class StudyWork {
  readonly folders: ReadonlyMap<string, TaskFolder>;
  readonly #request: WorkRequest;
  /** Seconds of single tasks, by id. */
  readonly #measured = new Map<string, number>();
  #probed: ReadonlyMap<string, number> = new Map();

  /** KDF_STUDY_CHANGED where cells were begun with other settings. */
  constructor(request: WorkRequest) {
    this.#request = request;
    this.folders = new Map(request.plan.tasks.map((task) => [task.id, new TaskFolder(request.directory, task)]));
    demandUnchanged(request.directory, [...this.folders.values()]);
    for (const [id, folder] of this.folders) this.#measure(id, folder);
  }

  get isBegun(): boolean {
    return [...this.folders.values()].some((folder) => folder.isBegun);
  }

  /**
   * What the rest takes; times what neither a finished cell nor an earlier probe tells. KDF_STUDY_INVALID where a probe is
   * refused.
   */
  async budget(): Promise<Budget> {
    const { plan, project, dataDirectory, jobs, signal, tell } = this.#request;
    const { seconds, problems } = await probeTasks({
      plan,
      known: this.#measured,
      earlier: this.#earlierProbes(),
      isDone: this.#isDone,
      ...{ project, jobs, signal },
      ...(dataDirectory !== undefined && { dataDirectory }),
      onProgress: (done, total) => tell(`timed ${done} of ${total} kinds of cells`),
    });
    if (problems.length > 0) throw studyInvalid({ file: plan.study.file, problems });
    for (const [id, value] of seconds) if (!this.#measured.has(id)) this.#measured.set(id, value);
    this.#probed = seconds;
    return this.#budget();
  }

  /** Keeps what probes found, for the next command. */
  keepProbes(): void {
    const probes = [...this.#probed].map(([id, seconds]) => ({ id, seconds, ...this.#probedUnder(id) }));
    writeWhole(this.#probeFile, `${JSON.stringify(probes, null, 2)}\n`, { replace: true });
  }

  /** Those of the same settings, with as many processes at once. */
  #earlierProbes(): Map<string, number> {
    const probes = probesSchema.safeParse(readJson(this.#probeFile)).data ?? [];
    const same = probes.filter(({ id, seconds: _, ...under }) => this.folders.has(id) && canonicalJson(under) === canonicalJson(this.#probedUnder(id)));
    return new Map(same.map(({ id, seconds }) => [id, seconds]));
  }

  #probedUnder(id: string): { readonly jobs: number; readonly settings: string } {
    return { jobs: this.#request.jobs, settings: this.folders.get(id)!.settings };
  }

  get #probeFile(): string {
    return join(this.#request.directory, "probes.json");
  }

  /** Does what is missing. */
  async go(): Promise<ReadonlyMap<string, TaskState>> {
    const { plan, project, dataDirectory, jobs, signal } = this.#request;
    const done = new Set(plan.tasks.filter(({ id }) => this.#isDone(id)).map(({ id }) => id));
    let ended = done.size;
    return doTasks({
      tasks: plan.tasks,
      done,
      jobs,
      signal,
      do: async (task) => {
        const folder = this.folders.get(task.id)!;
        const state = await doTask(folder, { project, signal, ...(dataDirectory !== undefined && { dataDirectory }) });
        if (state === "done") this.#measure(task.id, folder);
        if (state !== undefined) ended += 1;
        this.#tellOf(task, state, ended);
        return state;
      },
    });
  }

  /** Writes study.json and the report that is made of it. */
  report(created: string, compare: "published" | undefined): StudyRecord {
    const { plan, directory, project } = this.#request;
    const record = studyRecord({ plan, folders: this.folders, created, project });
    writeWhole(join(directory, "study.json"), `${JSON.stringify(record, null, 2)}\n`, { replace: true });
    for (const { path, content } of studyReport(record, compare === undefined ? {} : { compare })) {
      const file = join(directory, path);
      mkdirSync(dirname(file), { recursive: true });
      writeWhole(file, content, { replace: true });
    }
    return record;
  }

  readonly #isDone = (id: string): boolean => this.folders.get(id)!.isDone;

  #budget(): Budget {
    return makeBudget(this.#request.plan, this.#measured, this.#isDone, this.#request.jobs);
  }

  #measure(id: string, folder: TaskFolder): void {
    const seconds = folder.outcome()?.seconds;
    if (seconds !== undefined) this.#measured.set(id, seconds);
  }

  #tellOf(task: Task, state: "done" | "failed" | undefined, ended: number): void {
    const { plan, tell } = this.#request;
    const outcome = this.folders.get(task.id)!.outcome();
    const took = outcome?.seconds === undefined ? "" : ` in ${formatDuration(outcome.seconds)}`;
    const how = state === undefined ? "interrupted" : state === "failed" ? `failed: ${outcome?.reason ?? ""}` : `done${took}`;
    const { hoursLeft } = this.#budget();
    const left = hoursLeft === null || state === undefined ? "" : `  (left ${formatDuration(hoursLeft * 3600)})`;
    tell(`${ended}/${plan.tasks.length}  ${taskLabel(task)}: ${how}${left}`);
  }
}

/** When the study in `directory` began, if it has. */
export function creationOf(directory: string): string | undefined {
  return (readJson(join(directory, "study.json")) as Partial<StudyRecord> | undefined)?.created;
}
