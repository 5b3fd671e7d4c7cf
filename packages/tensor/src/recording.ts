/** What was computed: an operation by its exported name, what it was given, and what it made. */
export interface RecordedOperation {
  readonly name: string;
  readonly parameters: readonly unknown[];
  /** A tensor, or tensors in an array or object. Owned by whoever called the operation. */
  readonly result: unknown;
}

type Recorder = (operation: RecordedOperation) => void;

let recorder: Recorder | undefined;

/** `operation`, which tells a recording of its calls. What it calls itself is part of it and is not told. */
export function recordable<Operation extends (...parameters: never[]) => unknown>(name: string, operation: Operation): Operation {
  const telling = (...parameters: never[]): unknown => {
    if (recorder === undefined) return operation(...parameters);
    const told = recorder;
    recorder = undefined;
    try {
      const result = operation(...parameters);
      told({ name, parameters, result });
      return result;
    } finally {
      recorder = told;
    }
  };
  return telling as Operation;
}

/**
 * Runs `body` and tells `record` of every operation that it calls, in order, each once it is computed. Synchronous only.
 * What `record` calls is not told.
 */
export function recordOperations<Result>(record: Recorder, body: () => Result): Result {
  const outer = recorder;
  recorder = record;
  try {
    return body();
  } finally {
    recorder = outer;
  }
}
