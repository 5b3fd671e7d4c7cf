import { relative } from "node:path";
import type { Reporter, TestModule } from "vitest/node";

/**
 * Ends a run with the names of the tests that were skipped and one plain line of totals. A test file that could not be
 * run counts as a failed test.
 */
export class TotalsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string): number => tests.filter((test) => test.result().state === state).length;
    const broken = modules.filter((module) => module.state() === "failed" && module.errors().length > 0).length;
    for (const test of tests) {
      if (test.result().state === "skipped") console.log(`skipped: ${relative(process.cwd(), test.module.moduleId)} > ${test.fullName}`);
    }
    console.log(`${count("passed")} passed, ${count("failed") + broken} failed, ${count("skipped")} skipped`);
  }
}
