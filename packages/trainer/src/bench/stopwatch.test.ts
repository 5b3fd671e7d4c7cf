import { describe, expect, it } from "vitest";
import { stepParts, Stopwatch, type StepPart } from "./stopwatch.js";

let now = 0;
const watchAt = (start: number): Stopwatch => {
  now = start;
  return new Stopwatch(() => now);
};
const pass = (milliseconds: number): void => void (now += milliseconds);
const times = (given: Partial<Record<StepPart, number>>) => ({ ...Object.fromEntries(stepParts.map((part) => [part, 0])), ...given });

describe("Stopwatch", () => {
  it("gives a part its time without that of a part within it, and the phase the rest", () => {
    const watch = watchAt(100);
    pass(1);
    watch.phase("gradients");
    pass(2);
    watch.run("augmentation", () => {
      pass(4);
      watch.run("student", () => pass(8));
      pass(16);
    });
    pass(32);
    expect(watch.take()).toEqual(times({ rest: 1, gradients: 34, augmentation: 20, student: 8 }));
    expect(watch.take()).toEqual(times({}));
  });

  it("gives what is waited for the time in which nothing runs", async () => {
    const watch = watchAt(0);
    let answer!: () => void;
    const waiting = watch.wait("teacher", new Promise<void>((done) => (answer = done)));
    pass(1);
    watch.run("augmentation", () => pass(2));
    pass(4);
    answer();
    await waiting;
    pass(8);
    expect(watch.take()).toEqual(times({ teacher: 5, augmentation: 2, rest: 8 }));
  });

  it("does not take what is computed ahead for what the student's step waits for", async () => {
    const watch = watchAt(0);
    const ahead = watch.wait("teacher", new Promise<void>((done) => setTimeout(done)));
    watch.phase("gradients");
    pass(1);
    await ahead;
    pass(2);
    expect(watch.take()).toEqual(times({ gradients: 3 }));
  });

  it("ends a part that throws or is refused", async () => {
    const watch = watchAt(0);
    const fail = (): never => {
      pass(1);
      throw new Error("stop");
    };
    expect(() => watch.run("metrics", fail)).toThrow("stop");
    await expect(watch.wait("data", Promise.reject(new Error("gone")))).rejects.toThrow("gone");
    pass(2);
    expect(watch.take()).toEqual(times({ metrics: 1, rest: 2 }));
  });
});
