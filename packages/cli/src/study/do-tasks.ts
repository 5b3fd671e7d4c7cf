import type { Task } from "./task.js";

/** How a task came out: done before or now; failed; asked to stop; not begun for want of time, or of a task that failed. */
export type TaskState = "done" | "failed" | "stopped" | "missing";

export interface TasksRequest {
  readonly tasks: readonly Task[];
  /** Ids of those that are done already. */
  readonly done: ReadonlySet<string>;
  /** Processes at once. */
  readonly jobs: number;
  readonly signal: AbortSignal;
  /** Undefined where the task was asked to stop. */
  do(task: Task): Promise<"done" | "failed" | undefined>;
}

/** Does tasks in their order, each once what it needs is done. What fails keeps back only what needs it. */
export async function doTasks({ tasks, done, jobs, signal, do: act }: TasksRequest): Promise<Map<string, TaskState>> {
  const states = new Map<string, TaskState>(tasks.filter(({ id }) => done.has(id)).map(({ id }) => [id, "done"]));
  const running = new Map<string, Promise<void>>();
  const isReady = ({ id, needs }: Task): boolean =>
    !states.has(id) && !running.has(id) && needs.every((need) => states.get(need) === "done");
  for (;;) {
    while (!signal.aborted && running.size < jobs) {
      const next = tasks.find(isReady);
      if (next === undefined) break;
      const work = act(next).then((state) => {
        states.set(next.id, state ?? "stopped");
        running.delete(next.id);
      });
      running.set(next.id, work);
    }
    if (running.size === 0) break;
    await Promise.race(running.values());
  }
  for (const { id } of tasks) if (!states.has(id)) states.set(id, "missing");
  return states;
}
