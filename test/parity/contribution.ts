import { parseOptions, type Contributions, type Kind, type Plugin, type PluginContext } from "@kdf/core";

/** Makes what a plugin provides, as the host does; `others` are the plugins that it may ask for. */
export async function contribution<K extends Kind>(
  plugin: Plugin,
  kind: K,
  options: unknown = {},
  others: readonly Plugin[] = [],
): Promise<Contributions[K]> {
  const definition = plugin.provides[kind]![plugin.id]!;
  const context = {
    create: (asked: Kind, id: string, given: unknown) => contribution(others.find((other) => other.id === id)!, asked, given),
  } as unknown as PluginContext;
  return definition.create(await parseOptions(definition.options, options, `${kind} ${plugin.id}`), context) as Contributions[K];
}
