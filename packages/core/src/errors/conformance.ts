import { failure } from "./error.js";

/** A check that every plugin of the kind must pass. */
export const conformanceFailed = failure(
  "KDF_CONFORMANCE_FAILED",
  (d: { contribution: string; check: string; problem: string; expected: string }) => ({
    happened: `The ${d.contribution} fails the check "${d.check}": ${d.problem}.`,
    expected: d.expected,
    fix: "correct the plugin; the contracts in @kdf/core say what each part must do",
  }),
);

/** A case of the plugin's own tests: either side of it may be wrong. */
export const caseFailed = failure("KDF_CASE_FAILED", (d: { contribution: string; name: string; problem: string; expected: string }) => ({
  happened: `The ${d.contribution} fails the case "${d.name}": ${d.problem}.`,
  expected: d.expected,
  fix: "correct the plugin, or the case's input or expectation: one of them is wrong",
}));

export const testWeak = failure("KDF_TEST_WEAK", (d: { contribution: string; problem: string; expected: string }) => ({
  happened: `The tests of the ${d.contribution} prove too little: ${d.problem}.`,
  expected: d.expected,
  fix: "correct the cases that the tester is given, not the plugin",
}));
