/** Parsed YAML or JSON. */
export type Values = Readonly<Record<string, unknown>>;

/**
 * `over` on top of `under`, key by key; lists and plain values replace. An object whose `id` differs is another thing
 * (a schedule, an optimizer), so it replaces too.
 */
export function merge(under: Values, over: Values): Values {
  const keys = new Set([...Object.keys(under), ...Object.keys(over)]);
  return Object.fromEntries(
    [...keys].map((key) => {
      const [below, above] = [under[key], over[key]];
      if (above === undefined) return [key, below];
      return [key, isValues(below) && isValues(above) && areOneThing(below, above) ? merge(below, above) : above];
    }),
  );
}

const areOneThing = ({ id: below }: Values, { id: above }: Values): boolean =>
  below === undefined || above === undefined || below === above;

export const isValues = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);
