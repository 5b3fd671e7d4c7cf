import { fork } from "node:child_process";
import type { HostRequest } from "@kdf/host";

/** What a child process may be asked. Requests are the host's without a logger, which is no plain value. */
export type Question =
  | { readonly task: "load"; readonly directory: string; readonly names: readonly string[] }
  | { readonly task: "engine"; readonly request: Omit<HostRequest, "logger">; readonly id: string }
  | { readonly task: "installations"; readonly request: Omit<HostRequest, "logger">; readonly ids: readonly string[] }
  | { readonly task: "configuration"; readonly request: Omit<HostRequest, "logger"> };

/** With neither result nor error: work on the subject has begun. */
export interface Answer {
  readonly subject: string;
  readonly result?: object;
  readonly error?: Readonly<Record<string, string>>;
}

/** The child's answers; where it hangs or ends before it is done, an error about what it had begun. */
export function askChild(question: Question, seconds: number): Promise<Answer[]> {
  const answers: Answer[] = [];
  let begun: string | undefined;
  let late = false;
  let printed = "";
  const child = fork(new URL("./doctor-child.js", import.meta.url), { stdio: ["ignore", "pipe", "pipe", "ipc"] });
  const stop = () => {
    late = true;
    child.kill("SIGKILL");
  };
  let timer = setTimeout(stop, seconds * 1000);
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk) => {
      printed = `${printed}${String(chunk)}`.slice(-4000);
    });
  }
  child.on("message", (answer: Answer) => {
    clearTimeout(timer);
    timer = setTimeout(stop, seconds * 1000);
    if (answer.result === undefined && answer.error === undefined) begun = answer.subject;
    else {
      begun = undefined;
      answers.push(answer);
    }
  });
  child.send(question);
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const last = printed.trim().split("\n").at(-1) ?? "";
      const how = late ? `nothing happened for ${seconds} s` : `the process ended (${signal ?? `exit code ${code}`})`;
      if (begun !== undefined) {
        answers.push({ subject: begun, error: { code: "UNEXPECTED", message: last === "" ? `${how}.` : `${how}; it last printed: ${last}` } });
      }
      done(answers);
    });
  });
}

/** Asks about each name; one that takes the process with it does not keep the others from being asked about. */
export async function loadInChild(directory: string, names: readonly string[], seconds: number): Promise<Answer[]> {
  const answers: Answer[] = [];
  while (answers.length < names.length) {
    const next = await askChild({ task: "load", directory, names: names.slice(answers.length) }, seconds);
    // A child that answers nothing would be asked for ever.
    if (next.length === 0) break;
    answers.push(...next);
  }
  return answers;
}
