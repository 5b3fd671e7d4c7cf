import { failure, refusal } from "./error.js";

export const engineNotInstalled = refusal(
  "KDF_ENGINE_NOT_INSTALLED",
  (d: { engine: string; problem: string; directory: string }) => ({
    happened: `The engine ${d.engine} cannot start: ${d.problem}.`,
    expected: `its libraries in ${d.directory}`,
    fix: `npx kdf engine install ${d.engine}, or --engine wasm, which needs nothing`,
  }),
);

export const engineNoneStarts = refusal("KDF_ENGINE_NONE_STARTS", (d: { tried: readonly string[] }) => ({
  happened: `No engine starts. ${d.tried.length === 0 ? "None is installed." : d.tried.join(" ")}`,
  expected: "one that does, for --engine auto to take",
  fix: "npm install @kdf/plugin-wasm, or mend one of these; kdf doctor shows each",
}));

export const engineDeviceMissing = refusal(
  "KDF_ENGINE_DEVICE_MISSING",
  (d: { engine: string; problem: string; expected: string; fix: string }) => ({
    happened: `The engine ${d.engine} has no device to compute on: ${d.problem}.`,
    expected: d.expected,
    fix: `${d.fix}; or --engine wasm, which needs none`,
  }),
);

export const installationRefused = refusal(
  "KDF_INSTALLATION_REFUSED",
  (d: { name: string; problem: string; expected: string; fix: string }) => ({
    happened: `${d.name} cannot be installed: ${d.problem}.`,
    expected: d.expected,
    fix: d.fix,
  }),
);

export const installationFailed = failure(
  "KDF_INSTALLATION_FAILED",
  (d: { name: string; step: string; problem: string; fix: string }) => ({
    happened: `${d.name} was not installed: ${d.step} failed: ${d.problem}.`,
    expected: "an installation that is complete; what was there before still is",
    fix: d.fix,
  }),
);
