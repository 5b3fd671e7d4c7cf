import { catalogued } from "./error.js";

export const conformanceFailed = catalogued(
  "KDF_CONFORMANCE_FAILED",
  "run",
  (d: { contribution: string; check: string; problem: string; expected: string }) => ({
    happened: `The ${d.contribution} fails the check "${d.check}": ${d.problem}.`,
    expected: d.expected,
    fix: "correct the plugin; docs/guides and the contracts in @kdf/core say what each part must do",
  }),
);
