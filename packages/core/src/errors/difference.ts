const mostShown = 4;

/**
 * Two JSON texts reduced to where they differ, as `path value` joined by commas: first of `before`, then of `after`.
 * Lists whose items have an `id` are compared by it. Texts that are no JSON objects or lists come back as they are.
 */
export function difference(before: string, after: string): readonly [before: string, after: string] {
  const [left, right] = [leaves(before), leaves(after)];
  if (left === undefined || right === undefined) return [before, after];
  const paths = [...new Set([...left.keys(), ...right.keys()])].filter((path) => left.get(path) !== right.get(path));
  // The same values in another order.
  if (paths.length === 0) return [before, after];
  const side = (values: ReadonlyMap<string, string>): string => {
    const shown = paths.slice(0, mostShown).map((path) => `${path} ${values.get(path) ?? "missing"}`);
    return [...shown, ...(paths.length > mostShown ? [`and ${paths.length - mostShown} more`] : [])].join(", ");
  };
  return [side(left), side(right)];
}

/** The plain values of a JSON object or list by their dotted paths; undefined for anything else. */
function leaves(text: string): Map<string, string> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const found = new Map<string, string>();
  collect(value, "", found);
  return found;
}

function collect(value: unknown, path: string, found: Map<string, string>): void {
  if (typeof value !== "object" || value === null) {
    found.set(path, typeof value === "string" ? value : JSON.stringify(value));
    return;
  }
  for (const [key, part] of Object.entries(value)) {
    const name = Array.isArray(value) && typeof part?.id === "string" ? (part.id as string) : key;
    collect(part, path === "" ? name : `${path}.${name}`, found);
  }
}
