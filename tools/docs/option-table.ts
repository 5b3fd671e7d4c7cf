import { alternatives, code, table } from "./markdown.js";

/** The part of JSON Schema that schemas of options have. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

interface Row {
  /** Dotted, for example `weights.crossEntropy`. */
  readonly name: string;
  readonly values: string;
  readonly default: string;
  readonly meaning: string;
}

/** Every option of a schema as a table, or nothing where it has none. */
export function optionTable(schema: JsonSchema): string | undefined {
  const rows = optionRows(schema);
  if (rows.length === 0) return undefined;
  return table(
    ["Option", "Values", "Default", "Meaning"],
    rows.map((row) => [code(row.name), row.values, row.default, row.meaning]),
  );
}

/** The options in their order; an object's own options follow in its place, under its name. */
export function optionRows(schema: JsonSchema, prefix = ""): Row[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, option]) => {
    const name = `${prefix}${key}`;
    if (option.properties !== undefined) return optionRows(option, `${name}.`);
    if (isChoiceOfObjects(option)) return choiceRows(option, `${name}.`);
    const required = schema.required?.includes(key) === true;
    return { name, values: values(option), default: defaultText(option, required), meaning: option.description ?? "" };
  });
}

const isChoiceOfObjects = (option: JsonSchema): boolean =>
  option.oneOf !== undefined && option.oneOf.every((choice) => choice.properties !== undefined);

/** Objects told apart by a constant: each option once, with the choices that have it where not all do. */
function choiceRows({ oneOf = [], default: preset }: JsonSchema, prefix: string): Row[] {
  const labelled = oneOf.map((choice) => ({ choice, label: labelOf(choice) }));
  const keys = [...new Set(oneOf.flatMap((choice) => Object.keys(choice.properties ?? {})))];
  return keys.flatMap((key) => {
    const having = labelled.filter(({ choice }) => choice.properties?.[key] !== undefined);
    const constants = having.map(({ choice }) => choice.properties?.[key]?.const).filter((value) => value !== undefined);
    if (constants.length > 0) {
      const given = (preset as Record<string, unknown> | undefined)?.[key];
      const values = alternatives(constants.map(shown));
      return { name: `${prefix}${key}`, values, default: given === undefined ? "required" : shown(given), meaning: "" };
    }
    const choice: JsonSchema = having[0]?.choice ?? {};
    const only = having.length === oneOf.length ? "" : `${having.map(({ label }) => label).join(", ")} only`;
    return optionRows({ properties: { [key]: choice.properties?.[key] ?? {} }, required: choice.required ?? [] }, prefix).map((row) => ({
      ...row,
      meaning: [only, row.meaning].filter((text) => text !== "").join(": "),
    }));
  });
}

const labelOf = (choice: JsonSchema): string =>
  Object.values(choice.properties ?? {})
    .filter((property) => property.const !== undefined)
    .map((property) => String(property.const))
    .join(" ");

/** A value as one would write it after `--set`. */
const shown = (value: unknown): string => code(typeof value === "string" ? value : JSON.stringify(value));

function defaultText(option: JsonSchema, required: boolean): string {
  if (option.default === undefined) return required ? "required" : "";
  return shown(option.default);
}

/** What an option takes, in words. */
function values(schema: JsonSchema): string {
  if (schema.const !== undefined) return shown(schema.const);
  if (schema.enum !== undefined) return alternatives(schema.enum.map(shown));
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return alternatives([...new Set(choices.map(values))]);
  if (Array.isArray(schema.type)) return alternatives(schema.type.map((type: string) => values({ ...schema, type })));
  if (schema.type === "array") return `list${schema.items?.type === undefined ? "" : ` of ${values(schema.items).replace("number", "numbers")}`}`;
  const name = names.get(String(schema.type)) ?? "any JSON";
  return `${name}${bounds(schema)}`;
}

const names: ReadonlyMap<string, string> = new Map([
  ["integer", "whole number"],
  ["number", "number"],
  ["boolean", "`true` or `false`"],
  ["string", "text"],
  ["null", "`null`"],
  ["object", "object"],
]);

function bounds({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema): string {
  // zod names the range of whole numbers that JavaScript holds, which says nothing of the option.
  const real = (bound: number | undefined): bound is number => bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  const low = real(minimum) ? `≥ ${minimum}` : real(exclusiveMinimum) ? `> ${exclusiveMinimum}` : "";
  const high = real(maximum) ? `≤ ${maximum}` : real(exclusiveMaximum) ? `< ${exclusiveMaximum}` : "";
  const both = [low, high].filter((text) => text !== "").join(", ");
  return both === "" ? "" : ` ${both}`;
}
