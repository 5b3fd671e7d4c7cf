/**
 * The first SIGINT or SIGTERM asks the work to save and end; a second exits at once. `exitCode` is what the process
 * should return: 130 or 143 once a signal came.
 */
export interface Interrupts {
  readonly signal: AbortSignal;
  readonly exitCode: () => number;
  stopListening(): void;
}

export function listenForInterrupts(announce: (message: string) => void): Interrupts {
  const controller = new AbortController();
  let code = 0;
  const handlers = (
    [
      ["SIGINT", 130],
      ["SIGTERM", 143],
    ] as const
  ).map(([name, exitCode]) => {
    const handler = (): void => {
      if (controller.signal.aborted) process.exit(exitCode);
      code = exitCode;
      announce("Saving after this step; once more to exit at once.");
      controller.abort();
    };
    process.on(name, handler);
    return () => process.off(name, handler);
  });
  return {
    signal: controller.signal,
    exitCode: () => code,
    stopListening: () => handlers.forEach((remove) => remove()),
  };
}
