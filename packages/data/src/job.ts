import { extname } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Work that a worker thread may do. The thread imports `module` and calls its export `name`, so that a new kind of
 * work needs no new worker; `run` is the same function for the thread that has no workers.
 */
export interface JobKind<Payload, Result> {
  /** URL of the module. */
  readonly module: string;
  readonly name: string;
  run(payload: Payload): Result | Promise<Result>;
}

/** URL of a module in the folder of `url`, compiled or source, as `url` is. */
export function moduleBeside(url: string, name: string): string {
  return new URL(`./${name}${extname(fileURLToPath(url))}`, url).href;
}

/** The array buffers of the typed arrays that `value` holds as properties: they move between threads uncopied. */
export function transferables(value: object): ArrayBuffer[] {
  return Object.values(value).flatMap((property) =>
    ArrayBuffer.isView(property) && property.buffer instanceof ArrayBuffer ? [property.buffer] : [],
  );
}
