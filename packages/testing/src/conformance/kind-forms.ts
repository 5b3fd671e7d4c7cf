import type { Kind } from "@kdf/core";

export interface Form {
  readonly fields: readonly string[];
  readonly methods: readonly string[];
  /** Methods that may be missing. */
  readonly optional: readonly string[];
}

/** What a thing of each kind has, by the contracts in @kdf/core. */
export const forms: { readonly [K in Kind]: Form } = {
  augmenter: { fields: [], methods: ["sample", "propose"], optional: ["select", "save", "restore", "dispose"] },
  distiller: { fields: [], methods: ["prepare"], optional: [] },
  metric: { fields: ["phases", "span", "primary", "reads"], methods: ["observe", "result"], optional: ["save", "restore"] },
  dataset: { fields: ["description"], methods: ["check", "open", "provenance"], optional: ["dispose"] },
  network: { fields: [], methods: ["build"], optional: [] },
  teacher: { fields: [], methods: ["open"], optional: ["adopt"] },
  engine: { fields: [], methods: ["start"], optional: [] },
  tracker: { fields: [], methods: ["start", "log", "end"], optional: ["show"] },
  installer: { fields: [], methods: ["install", "state", "verify", "remove"], optional: [] },
};

/** What `thing` lacks of the form of its kind; undefined when it has all. */
export function formProblem(kind: Kind, thing: unknown): string | undefined {
  if (typeof thing !== "object" || thing === null) return `it is ${thing === null ? "null" : `a ${typeof thing}`}`;
  const { fields, methods, optional } = forms[kind];
  const typeOf = (name: string): string => typeof (thing as Record<string, unknown>)[name];
  const missing = [
    ...fields.filter((name) => typeOf(name) === "undefined").map((name) => `the field ${name}`),
    ...methods.filter((name) => typeOf(name) !== "function").map((name) => `the method ${name}`),
  ];
  if (missing.length > 0) return `it lacks ${missing.join(", ")}`;
  const wrong = optional.find((name) => !["function", "undefined"].includes(typeOf(name)));
  return wrong === undefined ? undefined : `its ${wrong} is no function`;
}
