import { expect, test } from "vitest";
import { doTasks } from "./do-tasks.js";
import type { Task } from "./task.js";

const task = (id: string, ...needs: string[]) => ({ id, needs }) as Partial<Task> as Task;
const never = new AbortController().signal;
const soon = () => new Promise((done) => setTimeout(done, 1));

test("tasks are done in order, what they need before, at most as many at once as was said", async () => {
  const order: string[] = [];
  let [running, most] = [0, 0];
  const tasks = [task("late", "teacher"), task("teacher"), task("b"), task("c")];
  const states = await doTasks({
    tasks,
    done: new Set(["c"]),
    jobs: 2,
    signal: never,
    do: async ({ id }) => {
      order.push(id);
      most = Math.max(most, ++running);
      await soon();
      running -= 1;
      return "done";
    },
  });
  expect(order).toEqual(["teacher", "b", "late"]);
  expect(most).toBe(2);
  expect([...states.values()]).toEqual(["done", "done", "done", "done"]);
});

test("what fails keeps back what needs it, and nothing else", async () => {
  const tasks = [task("teacher"), task("of it", "teacher"), task("of that", "of it"), task("other")];
  const states = await doTasks({ tasks, done: new Set(), jobs: 1, signal: never, do: async ({ id }) => (id === "teacher" ? "failed" : "done") });
  expect(Object.fromEntries(states)).toEqual({ teacher: "failed", other: "done", "of it": "missing", "of that": "missing" });
});

test("once it was asked to stop, nothing more is begun", async () => {
  const stop = new AbortController();
  const states = await doTasks({
    tasks: [task("a"), task("b"), task("c")],
    done: new Set(),
    jobs: 1,
    signal: stop.signal,
    do: async ({ id }) => {
      if (id === "a") return "done";
      stop.abort();
      return undefined;
    },
  });
  expect(Object.fromEntries(states)).toEqual({ a: "done", b: "stopped", c: "missing" });
});
