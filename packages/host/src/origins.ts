import { isDeepStrictEqual } from "node:util";
import { isValues, type Values } from "./merge.js";

/** One source of values, and what people call it. */
export interface Layer {
  readonly name: string;
  readonly values: Values;
}

/**
 * Where each value of a configuration came from, by its path: the strongest of `layers` (weakest first) that says it as
 * it stands, else "default".
 */
export function originsOf(configuration: Values, layers: readonly Layer[]): ReadonlyMap<string, string> {
  const origins = new Map<string, string>();
  const visit = (values: Values, path: readonly string[]): void => {
    for (const [key, value] of Object.entries(values)) {
      const here = [...path, key];
      if (isValues(value) && Object.keys(value).length > 0) visit(value, here);
      else origins.set(here.join("."), layers.findLast((layer) => isDeepStrictEqual(at(layer.values, here), value))?.name ?? "default");
    }
  };
  visit(configuration, []);
  return origins;
}

const at = (values: Values, path: readonly string[]): unknown =>
  path.reduce<unknown>((value, key) => (isValues(value) ? value[key] : undefined), values);
