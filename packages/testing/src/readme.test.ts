import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { AugmenterTester } from "./conformance/augmenter-tester.js";
import { conformance } from "./conformance/conformance.js";
import { DistillerTester } from "./conformance/distiller-tester.js";
import { MetricTester } from "./conformance/metric-tester.js";
import { computations } from "./engines/computations.js";
import { describeEngines } from "./engines/describe-engines.js";
import { testPlugins } from "./registry/test-plugins.js";

/** The checks in the tables of README.md. */
const listed = [...readFileSync(new URL("../README.md", import.meta.url), "utf8").matchAll(/^\| `([^`]*)` \|/gm)].map(([, name]) => name!).filter((name) => name.includes(" "));

test("README.md lists every check, and none that does not exist", () => {
  const file = new URL("../package.json", import.meta.url);
  // One for each operation would be a table of hundreds.
  const operations = new Set(computations().map(({ name }) => name));
  const ofEngine = describeEngines([{ plugin: file, id: "any" }]).map(({ name }) => ({ name: name.replace(/^engine any: /, "") }));
  const checks = [
    ...ofEngine.filter(({ name }) => !operations.has(name)),
    ...new AugmenterTester(testPlugins["student-pick"], "student-pick").checks,
    ...new DistillerTester(testPlugins["two-stage"], "two-stage").checks,
    ...new MetricTester(testPlugins["block-count"], "block-count").checks,
    ...conformance(testPlugins["block-count"], { package: file }),
  ].map(({ name }) => name.replace(/^metric block-count: /, ""));
  expect([...new Set(listed)].sort()).toEqual([...new Set(checks)].sort());
});
