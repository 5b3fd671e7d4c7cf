/** An option as lists and explanations tell it. */
export interface DescribedOption {
  readonly name: string;
  /** In a few words: `number`, `one of "teacher", "student"`, `list of string`. */
  readonly type: string;
  /** undefined where there is none. */
  readonly default?: unknown;
  readonly required: boolean;
  readonly description?: string;
}

type Schema = Readonly<Record<string, any>>;

/** The options that a JSON Schema of an object describes, in its order. */
export function describeOptions(schema: Schema): DescribedOption[] {
  const required = new Set<string>(schema["required"] ?? []);
  return Object.entries((schema["properties"] ?? {}) as Readonly<Record<string, Schema>>).map(([name, option]) => ({
    name,
    type: typeOf(option),
    ...(option["default"] !== undefined && { default: option["default"] }),
    required: required.has(name) && option["default"] === undefined,
    ...(typeof option["description"] === "string" && { description: option["description"] }),
  }));
}

function typeOf(schema: Schema): string {
  if (schema["const"] !== undefined) return JSON.stringify(schema["const"]);
  if (Array.isArray(schema["enum"])) return `one of ${schema["enum"].map((value) => JSON.stringify(value)).join(", ")}`;
  const choices = schema["anyOf"] ?? schema["oneOf"];
  if (Array.isArray(choices)) return choices.map(typeOf).join(" or ");
  if (schema["type"] === "array") return `list of ${typeOf(schema["items"] ?? {})}`;
  if (schema["type"] === undefined) return "any value";
  if (Array.isArray(schema["type"])) return schema["type"].map((type) => typeOf({ ...schema, type })).join(" or ");
  return `${String(schema["type"])}${range(schema)}`;
}

/** Bounds, unless they are those of the safe integers, which say nothing. */
function range({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema): string {
  const says = (bound: unknown): boolean => typeof bound === "number" && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  const parts = [
    ...(says(minimum) ? [`at least ${minimum}`] : []),
    ...(says(exclusiveMinimum) ? [`above ${exclusiveMinimum}`] : []),
    ...(says(maximum) ? [`at most ${maximum}`] : []),
    ...(says(exclusiveMaximum) ? [`below ${exclusiveMaximum}`] : []),
  ];
  return parts.length === 0 ? "" : ` ${parts.join(", ")}`;
}
