import { optionsInvalid, type Problem } from "./errors/configuration.js";
import { planInvalid } from "./errors/plugin.js";

/**
 * A schema of options by the Standard Schema interface (https://standardschema.dev), so that any validator serves
 * and two copies of one do no harm. kdf's own plugins use strict zod objects.
 */
export interface OptionsSchema<Output = unknown> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
    /** Standard JSON Schema: feeds help, reference pages and the run record. */
    readonly jsonSchema?: { input(options: { target: string }): Record<string, unknown> };
  };
}

type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | {
      readonly issues: readonly {
        readonly message: string;
        readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
      }[];
    };

/** Parses `value`, or throws KDF_OPTIONS_INVALID with every problem at once. */
export async function parseOptions<Output>(
  schema: OptionsSchema<Output>,
  value: unknown,
  owner: string,
): Promise<Output> {
  const result = await schema["~standard"].validate(value);
  if (result.issues === undefined) return result.value;
  const problems = problemsOf(result.issues).map((problem) => ({
    ...problem,
    known: optionNames(schema, problem.path) ?? [],
  }));
  throw optionsInvalid({ owner, problems, options: optionNames(schema) });
}

/**
 * The plan that an augmenter is to apply, which may come from a file: throws KDF_PLAN_INVALID unless it has the
 * schema's form. The schema must validate at once.
 */
export function parsePlan<Plan>(schema: OptionsSchema<Plan>, plan: unknown, augmenter: string): Plan {
  const result = schema["~standard"].validate(plan);
  if (result instanceof Promise) throw new TypeError(`the plan schema of ${augmenter} validates asynchronously`);
  if (result.issues === undefined) return result.value;
  const problem = problemsOf(result.issues).map(({ path, message }) => (path === "" ? message : `${path}: ${message}`));
  throw planInvalid({ augmenter, problem: problem.join("; ") });
}

type Issues = NonNullable<StandardResult<unknown>["issues"]>;

const problemsOf = (issues: Issues): Problem[] =>
  issues.map((issue) => ({
    path: (issue.path ?? []).map((part) => String(typeof part === "object" ? part.key : part)).join("."),
    message: issue.message,
  }));

/** The names of the options, or of those within the option at a dotted `path`, where the schema can tell. */
function optionNames(schema: OptionsSchema, path = ""): string[] | undefined {
  let at: any = optionsJsonSchema(schema);
  for (const part of path === "" ? [] : path.split(".")) at = at?.properties?.[part];
  return at?.properties === undefined ? undefined : Object.keys(at.properties);
}

/** The options as JSON Schema, where the schema can tell: a transform, for one, has none. */
export function optionsJsonSchema(schema: OptionsSchema): Record<string, unknown> | undefined {
  try {
    return schema["~standard"].jsonSchema?.input({ target: "draft-2020-12" });
  } catch {
    return undefined;
  }
}
