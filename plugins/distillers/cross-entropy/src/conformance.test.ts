import { conformance, DistillerTester, type DistillerTesterOptions } from "@kdf/testing";
import { describe, test } from "vitest";
import plugin from "./index.js";

const given: DistillerTesterOptions = {
  minimum: { "crossEntropy.original": "it reads the labels and no teacher" },
  cases: [
    // The labels have the probabilities 3/4 and 1/2.
    {
      name: "the mean of minus the logarithms of the labels' probabilities",
      labels: [1, 0],
      student: [[0, Math.log(3)], [5, 5]],
      expected: { "crossEntropy.original": (Math.log(4 / 3) + Math.log(2)) / 2 },
    },
    // Log probabilities are logits: 0.2, 0.5 and 0.3.
    { name: "a single image of three classes", labels: [2], student: [[0.2, 0.5, 0.3].map(Math.log)], expected: { "crossEntropy.original": -Math.log(0.3) } },
  ],
};

for (const check of conformance(plugin, { package: new URL("../package.json", import.meta.url) })) test(check.name, check.run);
describe.each([
  { name: "without a teacher", tester: new DistillerTester(plugin, "cross-entropy", { ...given, teacher: null }) },
  { name: "with a teacher, which it passes over", tester: new DistillerTester(plugin, "cross-entropy", given) },
])("$name", ({ tester }) => {
  for (const check of tester.checks) test(check.name, check.run);
});
