/**
 * While it listens, the first SIGINT or SIGTERM asks the work to save and end; a second exits at once. Before, a
 * signal ends the process as it ends any: there is nothing to save.
 */
export interface Interrupts {
  readonly signal: AbortSignal;
  /** What the process should return: 130 or 143 once a signal came. */
  readonly exitCode: () => number;
  listen(): void;
  stopListening(): void;
}

export function createInterrupts(announce: (message: string) => void): Interrupts {
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
    return { name, handler };
  });
  return {
    signal: controller.signal,
    exitCode: () => code,
    listen: () => handlers.forEach(({ name, handler }) => process.on(name, handler)),
    stopListening: () => handlers.forEach(({ name, handler }) => process.off(name, handler)),
  };
}
