import { resolve } from "node:path";
import type { Logger } from "@kdf/core";
import { createRoot, type Container } from "@kdf/core/di";
import { tokens } from "@kdf/core/tokens";
import { resolveConfiguration, type ConfigurationRequest, type ResolvedConfiguration } from "./configuration.js";
import { cacheDirectory } from "./environment.js";
import { PluginIndex } from "./plugin-index.js";
import { findProject } from "./project.js";
import { PluginRegistry } from "./registry.js";

export interface HostRequest extends ConfigurationRequest {
  readonly logger: Logger;
  /** Where the user keeps data files. */
  readonly dataDirectory?: string;
}

export interface Host {
  readonly index: PluginIndex;
  readonly configuration: ResolvedConfiguration;
  readonly registry: PluginRegistry;
  /** The process's container: holds logger and registry. */
  readonly container: Container;
}

/**
 * Finds the project and its plugins, reads the configuration, loads the plugins that it names, and puts together the
 * process's container. Everything that a command line can get wrong up to here is refused by a catalogued error; options
 * must be valid even where they belong to a contribution that nothing will ask for.
 */
export async function composeHost(request: HostRequest): Promise<Host> {
  const { directory, logger, dataDirectory } = request;
  const index = new PluginIndex(findProject(directory));
  const configuration = resolveConfiguration(request, index);
  const registry = new PluginRegistry({
    index,
    logger,
    options: configuration.options,
    cacheDirectory: cacheDirectory(),
    ...(dataDirectory !== undefined && { dataDirectory: resolve(directory, dataDirectory) }),
  });
  for (const name of configuration.plugins) {
    await registry.loadPlugin(name);
    if (index.resolve(name).because === "local") {
      logger.warn(`${name} is a folder: run.json records a hash of its files, since its version does not tell of changes.`);
    }
  }
  for (const name of Object.keys(configuration.options)) await registry.checkOptions(name);
  const container = createRoot().provide(tokens.logger, logger).provide(tokens.registry, registry);
  return { index, configuration, registry, container };
}
