import { isDeepStrictEqual } from "node:util";

/** What of `value` JSON cannot hold, as a path and a reason; undefined when it is plain JSON. */
export function jsonProblem(value: unknown, path = ""): string | undefined {
  if (value === null || typeof value === "boolean" || typeof value === "string") return undefined;
  const here = path === "" ? "it" : path;
  if (typeof value === "number") return Number.isFinite(value) ? undefined : `${here} is ${value}`;
  if (typeof value !== "object") return `${here} is ${value === undefined ? "undefined" : `a ${typeof value}`}`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) {
    return `${here} is a ${value.constructor.name}`;
  }
  for (const [key, part] of Object.entries(value)) {
    const problem = jsonProblem(part, path === "" ? key : `${path}.${key}`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** The same after a way through a file. */
export function throughJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

export function sameJson(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(throughJson(a), throughJson(b));
}
