import { configurationSchema, isKdfError, kinds, optionsJsonSchema, type Kind } from "@kdf/core";
import { cacheDirectory, diagnosePlugins, findProject, PluginIndex, PluginRegistry, shortName } from "@kdf/host";
import { z } from "zod";
import type { CommandResult } from "../command-work.js";
import type { PluginOptions } from "../command-options.js";
import { terminalLogger, type Terminal } from "../terminal.js";

type Schema = Readonly<Record<string, unknown>>;

/** `kdf config schema`: loads the code of all plugins that may be loaded, for the schemas of their options. */
export async function configSchema({ plugin: folders }: Pick<PluginOptions, "plugin">, terminal: Terminal): Promise<CommandResult> {
  const index = new PluginIndex(findProject(terminal.directory));
  for (const folder of folders) index.resolve(folder, terminal.directory);
  const json = configurationJsonSchema(await optionSchemas(index, terminal), index);
  return { json, text: JSON.stringify(json, null, 2) };
}

/** The options of each contribution by `kind:id`; those that their schema cannot tell accept anything. */
async function optionSchemas(index: PluginIndex, terminal: Terminal): Promise<ReadonlyMap<string, Schema>> {
  const logger = terminalLogger(terminal);
  const registry = new PluginRegistry({ index, logger, options: {}, cacheDirectory: cacheDirectory() });
  const refused = new Set(diagnosePlugins(index).flatMap(({ packages }) => packages));
  const schemas = new Map<string, Schema>();
  for (const plugin of index.plugins) {
    const provides = plugin.manifest?.provides ?? [];
    try {
      if (refused.has(plugin.package)) throw new RangeError("see kdf plugins doctor");
      await registry.loadPlugin(plugin.package);
      for (const contribution of provides) schemas.set(contribution, schemaOf(contribution, registry));
    } catch (error) {
      const reason = isKdfError(error) ? error.explanation.happened : String((error as Error).message);
      logger.warn(`the options of ${plugin.package} are not described: ${reason}`);
      for (const contribution of provides) schemas.set(contribution, { type: "object" });
    }
  }
  return schemas;
}

function schemaOf(contribution: string, registry: PluginRegistry): Schema {
  const at = contribution.indexOf(":");
  const { definition } = registry.get(contribution.slice(0, at) as Kind, contribution.slice(at + 1));
  const { $schema: _, required: __, ...schema } = optionsJsonSchema(definition.options) ?? { type: "object" };
  // An option that has no default may come from who asks for the contribution. References within the schema keep
  // their meaning where it is a resource of its own.
  const refers = JSON.stringify(schema).includes('"$ref":"#');
  return { ...(refers && { $id: `urn:kdf:options:${contribution}` }), description: definition.summary, ...schema };
}

/**
 * The configuration's schema as a file meets it: nothing is required, since a preset and the command line may give it,
 * and a part of the schedule may be changed alone. Ids of what is installed are suggestions: a file may name folders,
 * whose ids nobody knows here.
 */
export function configurationJsonSchema(options: ReadonlyMap<string, Schema>, index: PluginIndex): Schema {
  const { required: _, properties = {}, ...schema } = z.toJSONSchema(configurationSchema, { io: "input" }) as {
    readonly required?: unknown;
    readonly properties?: Readonly<Record<string, Schema>>;
  };
  const suggest = (ids: readonly string[]): Schema => (ids.length === 0 ? {} : { anyOf: [{ enum: [...new Set(ids)] }, { type: "string" }] });
  const of = (kind: Kind): Schema => suggest(index.ids(kind));
  const names = suggest(index.plugins.map((plugin) => shortName(plugin.package)));
  const suggestions: Readonly<Record<string, Schema>> = {
    plugins: { items: names },
    dataset: of("dataset"),
    teacherEngine: { anyOf: [...((of("teacher")["anyOf"] ?? [{ type: "string" }]) as readonly Schema[]), { type: "null" }] },
    student: of("network"),
    distiller: of("distiller"),
    distillerWithoutTeacher: of("distiller"),
    engine: of("engine"),
    monitor: of("metric"),
    metrics: { items: { type: "string", ...of("metric") } },
    trackers: { items: { type: "string", ...of("tracker") } },
  };
  const extended = Object.entries(properties).map(([key, property]) => [key, { ...property, ...suggestions[key] }]);
  return {
    ...schema,
    title: "Configuration of kdf",
    properties: { ...Object.fromEntries(extended), schedule: partial(properties["schedule"] ?? {}), options: optionsSchema(options, properties["options"] ?? {}) },
  };
}

/** A choice by `id` of which a part may stand alone. */
function partial({ oneOf, ...rest }: Schema): Schema {
  const choices = (oneOf ?? []) as readonly { readonly required?: readonly string[] }[];
  return { ...rest, anyOf: choices.map(({ required = [], ...choice }) => ({ ...choice, required: required.filter((key) => key !== "id") })) };
}

/** Under each id what one of its kinds takes, and under each `kind:id`. */
function optionsSchema(options: ReadonlyMap<string, Schema>, { description }: Schema): Schema {
  const byId = new Map<string, Schema[]>();
  for (const kind of kinds) {
    for (const [contribution, schema] of options) {
      const [of, id] = [contribution.slice(0, contribution.indexOf(":")), contribution.slice(contribution.indexOf(":") + 1)];
      if (of === kind) byId.set(id, [...(byId.get(id) ?? []), schema]);
    }
  }
  const shared = [...byId].map(([id, schemas]) => [id, schemas.length === 1 ? schemas[0] : { anyOf: schemas.map(({ $id: _, ...schema }) => schema) }]);
  // A schema that is a resource of its own may stand once: under kind:id it is referred to.
  const full = [...options].map(([contribution, schema]) => [contribution, schema["$id"] === undefined ? schema : { $ref: schema["$id"] }]);
  return { description, type: "object", properties: Object.fromEntries([...shared, ...full]), additionalProperties: false };
}
