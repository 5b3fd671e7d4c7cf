import { afterEach, expect, it, onTestFinished, vi } from "vitest";
import { createInterrupts, type Interrupts } from "./interrupt.js";

const said: string[] = [];
let interrupts: Interrupts | undefined;

function listen(): Interrupts {
  said.length = 0;
  interrupts = createInterrupts((message) => said.push(message));
  interrupts.listen();
  return interrupts;
}
afterEach(() => interrupts?.stopListening());

/** Stands for the end of the process. */
class Ended extends Error {}

function watchExit() {
  const exit = vi.spyOn(process, "exit").mockImplementation(() => {
    throw new Ended();
  });
  onTestFinished(() => exit.mockRestore());
  return exit;
}

it.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("the first %s asks for an end and says so, the second ends with %i at once", (name, code) => {
  const exit = watchExit();
  const { signal, exitCode } = listen();
  expect([signal.aborted, exitCode()]).toEqual([false, 0]);
  process.emit(name);
  expect([signal.aborted, exitCode()]).toEqual([true, code]);
  expect(said).toEqual([expect.stringContaining("once more to exit at once")]);
  expect(exit).not.toHaveBeenCalled();
  expect(() => process.emit(name)).toThrow(Ended);
  expect(exit).toHaveBeenCalledExactlyOnceWith(code);
  expect(said).toHaveLength(1);
});

it("a second signal of the other kind ends as well", () => {
  const exit = watchExit();
  const { exitCode } = listen();
  process.emit("SIGINT");
  expect(() => process.emit("SIGTERM")).toThrow(Ended);
  expect(exit).toHaveBeenCalledExactlyOnceWith(143);
  expect(exitCode()).toBe(130);
});

it("leaves the process as it was before it listens and after", () => {
  const before = [process.listeners("SIGINT"), process.listeners("SIGTERM")];
  createInterrupts((message) => said.push(message));
  expect([process.listeners("SIGINT"), process.listeners("SIGTERM")]).toEqual(before);
  const { stopListening } = listen();
  expect(process.listenerCount("SIGINT")).toBe(before[0]!.length + 1);
  stopListening();
  expect([process.listeners("SIGINT"), process.listeners("SIGTERM")]).toEqual(before);
});
