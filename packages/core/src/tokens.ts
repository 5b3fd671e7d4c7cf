import type { Configuration } from "./configuration.js";
import type { EngineReport } from "./contracts/engine.js";
import type { Logger } from "./contracts/logger.js";
import type { Streams } from "./contracts/random.js";
import { token } from "./di.js";
import type { ExtensionRegistry } from "./registry.js";

/** What the container of a process and of a run hold. */
export const tokens = {
  logger: token<Logger>("logger", "root"),
  registry: token<ExtensionRegistry>("registry", "root"),
  engine: token<EngineReport>("engine", "root"),
  configuration: token<Configuration>("configuration", "run"),
  streams: token<Streams>("streams", "run"),
} as const;
