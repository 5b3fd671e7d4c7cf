/** An option that holds no further options, with its JSON Schema. */
export interface Leaf {
  readonly path: readonly string[];
  readonly node: Readonly<Record<string, unknown>>;
}

/** The options of a JSON Schema, those within options too. */
export function leavesOf(schema: Readonly<Record<string, unknown>>, path: readonly string[] = []): readonly Leaf[] {
  const properties = schema["properties"];
  if (!isObject(properties)) return path.length === 0 ? [] : [{ path, node: schema }];
  return Object.entries(properties).flatMap(([name, node]) => leavesOf(isObject(node) ? node : {}, [...path, name]));
}

export function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), value);
}

/** A copy of `value` with `leaf` at `path`. */
export function withValue(value: unknown, [name, ...rest]: readonly string[], leaf: unknown): unknown {
  if (name === undefined) return leaf;
  const object = isObject(value) ? value : {};
  return { ...object, [name]: withValue(object[name], rest, leaf) };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
