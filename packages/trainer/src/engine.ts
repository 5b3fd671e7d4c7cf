import type { EngineReport } from "@kdf/core";
import type { Container } from "@kdf/core/di";
import { tokens } from "@kdf/core/tokens";

/** Starts the process's engine, or returns the report of the one that runs; another engine is refused by its claim. */
export async function ensureEngine(container: Container, id: string): Promise<EngineReport> {
  if (container.has(tokens.engine)) {
    const running = container.resolve(tokens.engine);
    if (running.id === id) return running;
  }
  const engine = await container.resolve(tokens.registry).create("engine", id);
  const report = await engine.start();
  container.provide(tokens.engine, report);
  return report;
}
