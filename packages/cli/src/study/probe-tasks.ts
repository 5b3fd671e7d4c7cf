import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Configuration } from "@kdf/core";
import type { StudyPlan } from "./plan-study.js";
import type { Pair } from "./study-file.js";
import { taskLabel, type Task } from "./task.js";

export interface ProbeQuestion {
  readonly project: string;
  readonly dataDirectory?: string;
  readonly configuration: Configuration;
  /** Where the network is written as it begins: a teacher that is not trained yet computes as long. */
  readonly initialWeights?: string;
  /** The first is not timed. */
  readonly steps: number;
}

/** What a process found: the time of the whole training, its evaluations apart, or what is wrong with it. */
export type ProbeAnswer = { readonly seconds: number } | { readonly problem: string };

export interface ProbeRequest extends Pick<ProbeQuestion, "project" | "dataDirectory"> {
  readonly plan: StudyPlan;
  /** Tasks whose time is known, by id. */
  readonly known: ReadonlyMap<string, number>;
  /** Times that earlier probes found. */
  readonly earlier: ReadonlyMap<string, number>;
  /** Where a teacher that is trained already stands. */
  readonly isDone: (id: string) => boolean;
  readonly jobs: number;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

export interface Probed {
  /** Seconds by the task's id. */
  readonly seconds: ReadonlyMap<string, number>;
  readonly problems: readonly string[];
}

const probeSteps = 6;

/**
 * Times one cell of each pair, one of each augmenter in the first pair, and each teacher, where no finished cell tells it.
 * As many at once as will be trained at once: they compete for the same processors.
 */
export async function probeTasks(request: ProbeRequest): Promise<Probed> {
  const { project, dataDirectory, earlier, isDone, jobs, signal, onProgress } = request;
  const temporary = mkdtempSync(join(tmpdir(), "kdf-study-"));
  const untrained = (id: string): string => join(temporary, `${id.replaceAll("/", "-")}.safetensors`);
  const seconds = new Map(earlier);
  /** What is wrong, and with which tasks. */
  const problems = new Map<string, string[]>();
  const failed = new Set<string>();
  const [teachers, cells] = chosen(request);
  const total = teachers.length + cells.length;
  let done = 0;
  const probe = async (task: Task): Promise<void> => {
    const [teacher] = task.needs;
    if (signal.aborted || (teacher !== undefined && failed.has(teacher))) return;
    const { configuration } = task;
    const stands = teacher === undefined || isDone(teacher);
    const answer = await ask(
      {
        project,
        ...(dataDirectory !== undefined && { dataDirectory }),
        configuration: stands ? configuration : { ...configuration, teacher: untrained(teacher) },
        ...(task.kind === "teacher" && { initialWeights: untrained(task.id) }),
        steps: probeSteps,
      },
      signal,
    );
    if ("seconds" in answer) seconds.set(task.id, answer.seconds);
    else {
      failed.add(task.id);
      problems.set(answer.problem, [...(problems.get(answer.problem) ?? []), taskLabel(task)]);
    }
    onProgress(++done, total);
  };
  try {
    await inTurns(teachers, jobs, probe);
    await inTurns(cells, jobs, probe);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  // What was broken off found nothing.
  return { seconds, problems: signal.aborted ? [] : [...problems].map(([problem, labels]) => `${labels.join("; ")}: ${problem}`) };
}

/** The teachers and the cells that are timed. */
function chosen({ plan: { tasks, study }, known, earlier, isDone }: ProbeRequest): readonly [Task[], Task[]] {
  const [first] = study.seeds;
  const [reference] = study.pairs;
  /** Whether the first pair tells what share of its first augmenter's time another one takes, and this pair has that one. */
  const isShared = ({ augmenters }: Pair, augmenter: string): boolean =>
    reference!.augmenters.includes(augmenter) && augmenters.includes(reference!.augmenters[0]!) && augmenter !== reference!.augmenters[0];
  const pairOf = new Map(study.pairs.map((pair) => [pair.id, pair]));
  const cells = tasks.filter(({ kind, seed }) => kind === "cell" && seed === first);
  const isTold = (task: Task): boolean =>
    tasks.some((other) => other.kind === "cell" && other.pair === task.pair && other.augmenter === task.augmenter && known.has(other.id));
  const timed = cells.filter(
    (task) => (task.pair === reference!.id || !isShared(pairOf.get(task.pair)!, task.augmenter)) && !isTold(task) && !earlier.has(task.id),
  );
  // A teacher that is not trained yet is made by its own probe.
  const wanted = new Set(timed.flatMap(({ needs }) => needs));
  const isTimed = (id: string): boolean => known.has(id) || earlier.has(id);
  const teachers = tasks.filter(({ id, kind }) => kind === "teacher" && !isDone(id) && (!isTimed(id) || wanted.has(id)));
  return [teachers, timed];
}

async function inTurns<T>(items: readonly T[], jobs: number, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}

function ask(question: ProbeQuestion, signal: AbortSignal): Promise<ProbeAnswer> {
  const child = fork(new URL("./probe-child.js", import.meta.url), { cwd: question.project, detached: true, stdio: ["ignore", "pipe", "pipe", "ipc"] });
  let answer: ProbeAnswer | undefined;
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (printed = `${printed}${String(chunk)}`.slice(-2000)));
  const stop = (): void => void child.kill("SIGKILL");
  signal.addEventListener("abort", stop, { once: true });
  child.on("message", (told: ProbeAnswer) => (answer = told));
  child.send(question);
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code, killedBy) => {
      signal.removeEventListener("abort", stop);
      const last = printed.trim().split("\n").at(-1) ?? "";
      done(answer ?? { problem: `its process ended (${killedBy ?? `exit code ${code}`})${last === "" ? "" : `; it last printed: ${last}`}` });
    });
  });
}
