import { failure } from "./error.js";

export const conformanceFailed = failure(
  "KDF_CONFORMANCE_FAILED",
  (d: { contribution: string; check: string; problem: string; expected: string }) => ({
    happened: `The ${d.contribution} fails the check "${d.check}": ${d.problem}.`,
    expected: d.expected,
    fix: "correct the plugin; the contracts in @kdf/core say what each part must do",
  }),
);

export const testWeak = failure("KDF_TEST_WEAK", (d: { contribution: string; problem: string; expected: string }) => ({
  happened: `The tests of the ${d.contribution} prove too little: ${d.problem}.`,
  expected: d.expected,
  fix: "correct the cases that the tester is given, not the plugin",
}));
