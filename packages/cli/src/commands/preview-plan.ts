import type { Json } from "@kdf/core";

/**
 * The plans of a column by the streams that drew them, for people: `key: value` lines, as JSON where values are no plain
 * text; under the augmenter's name where a chain has several. Empty where there was nothing that could draw.
 */
export function planText(plans: Readonly<Record<string, Json>>): string {
  const drawn = Object.entries(plans).map(([stream, plan]) => ({ name: nameOf(stream), lines: linesOf(plan) }));
  if (drawn.length <= 1) return drawn.flatMap(({ lines }) => lines).join("\n");
  return drawn.map(({ name, lines }) => [name, ...lines.map((line) => `  ${line}`)].join("\n")).join("\n");
}

/** Of `augmenter:cutmix` and `augmenter:cutmix:1`, which is the second of that name in a chain. */
function nameOf(stream: string): string {
  const [, id = stream, earlier] = /^augmenter:([^:]+)(?::(\d+))?$/.exec(stream) ?? [];
  return earlier === undefined ? id : `${id}, number ${Number(earlier) + 1} of the chain`;
}

function linesOf(plan: Json): string[] {
  if (plan === null) return ["nothing: it does the same to every batch"];
  if (typeof plan !== "object" || Array.isArray(plan)) return [JSON.stringify(plan)];
  const entries = Object.entries(plan);
  return entries.length === 0 ? linesOf(null) : entries.map(([key, value]) => `${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`);
}
