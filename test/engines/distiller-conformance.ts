import { existsSync, readdirSync } from "node:fs";
import { describe } from "vitest";

const distillers = new URL("../../plugins/distillers/", import.meta.url);

/** The checks of every distiller of this repository, as its own test has them, on the engine that this process has started. */
export function distillerConformance(): void {
  for (const id of readdirSync(distillers)) {
    const checks = new URL(`${id}/src/conformance.test.ts`, distillers);
    if (existsSync(checks)) describe(id, async () => void (await import(checks.href)));
  }
}
