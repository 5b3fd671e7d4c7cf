import { existsSync, readdirSync } from "node:fs";
import { describe, TestRunner } from "vitest";

const distillers = new URL("../../plugins/distillers/", import.meta.url);

/** Checks that an engine's own numbers may fail; the others ask what a plugin does, whatever computes. */
export const dependsOnEngine = (check: string): boolean =>
  check.startsWith("case: ") || ["the gradient is that of the losses", "terms and gradients are finite where all outputs are alike"].includes(check);

/**
 * The checks of every distiller of this repository, as its own test has them, on the engine that this process has started;
 * those alone that are `chosen`.
 */
export function distillerConformance(chosen: (check: string) => boolean = () => true): void {
  for (const id of readdirSync(distillers)) {
    const checks = new URL(`${id}/src/conformance.test.ts`, distillers);
    if (!existsSync(checks)) continue;
    describe(id, async () => {
      const { tasks } = TestRunner.getCurrentSuite();
      await import(checks.href);
      // What a file groups is small, and stays whole.
      tasks.splice(0, tasks.length, ...tasks.filter(({ type, name }) => type !== "test" || chosen(name)));
    });
  }
}
