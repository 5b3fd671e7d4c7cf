/** `request`: the request is wrong, nothing was written, exit 2. `run`: failed while running, exit 1. */
export type ErrorKind = "request" | "run";

export interface Explanation {
  /** What happened, naming the thing. */
  readonly happened: string;
  readonly expected: string;
  /** What to type or change. */
  readonly fix: string;
}

const brand = Symbol.for("kdf.error");

/** Every error that kdf raises on purpose. The code is stable and documented in docs/reference/errors.md. */
export class KdfError extends Error {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly explanation: Explanation;

  constructor(code: string, kind: ErrorKind, explanation: Explanation, options?: ErrorOptions) {
    super(`${explanation.happened}\n  expected: ${explanation.expected}\n  to fix:   ${explanation.fix}`, options);
    this.name = "KdfError";
    this.code = code;
    this.kind = kind;
    this.explanation = explanation;
    Object.defineProperty(this, brand, { value: true });
  }
}

/** True for errors of any loaded copy of core. */
export function isKdfError(value: unknown): value is KdfError {
  return typeof value === "object" && value !== null && brand in value;
}

/** The same error with one more way out, of someone who knows more than who raised it. */
export function withAnotherFix(error: KdfError, fix: string): KdfError {
  const { code, kind, explanation } = error;
  return new KdfError(code, kind, { ...explanation, fix: `${explanation.fix}; or ${fix}` }, { cause: error });
}

/** Every code with its kind, filled by `catalogued` as the error files load. */
export const errorCatalogue = new Map<string, ErrorKind>();

/** Adds an error to the catalogue and returns the function that makes it. */
export function catalogued<Detail>(
  code: `KDF_${string}`,
  kind: ErrorKind,
  explain: (detail: Detail) => Explanation,
): (detail: Detail, options?: ErrorOptions) => KdfError {
  if (errorCatalogue.has(code)) throw new Error(`error code ${code} is defined twice`);
  errorCatalogue.set(code, kind);
  return (detail, options) => new KdfError(code, kind, explain(detail), options);
}

/** A catalogued error of a request that is wrong. */
export const refusal = <Detail>(code: `KDF_${string}`, explain: (detail: Detail) => Explanation) =>
  catalogued(code, "request", explain);

/** A catalogued error of a run that failed. */
export const failure = <Detail>(code: `KDF_${string}`, explain: (detail: Detail) => Explanation) =>
  catalogued(code, "run", explain);
