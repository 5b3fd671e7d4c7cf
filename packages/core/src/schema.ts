import { optionsInvalid, type Problem } from "./errors/configuration.js";

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
  const problems: Problem[] = result.issues.map((issue) => ({
    path: (issue.path ?? []).map((part) => String(typeof part === "object" ? part.key : part)).join("."),
    message: issue.message,
  }));
  throw optionsInvalid({ owner, problems, options: optionNames(schema) });
}

/** The names of the options, where the schema can tell. */
export function optionNames(schema: OptionsSchema): string[] {
  const properties = optionsJsonSchema(schema)?.["properties"];
  return properties !== null && typeof properties === "object" ? Object.keys(properties) : [];
}

/** The options as JSON Schema, where the schema can tell. */
export function optionsJsonSchema(schema: OptionsSchema): Record<string, unknown> | undefined {
  return schema["~standard"].jsonSchema?.input({ target: "draft-2020-12" });
}
