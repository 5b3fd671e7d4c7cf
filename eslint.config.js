import tseslint from "typescript-eslint";
import { injectEveryParameter } from "./tools/eslint/inject-every-parameter.js";

const tests = ["**/*.test.ts", "test/**"];
const scripts = ["examples/**", "benchmarks/**", "**/benchmarks/**", "**/scripts/**", "tools/**", "test/**"];

const containerLibrary = {
  group: ["tsyringe", "tsyringe/*", "reflect-metadata"],
  message: "The container is reached through @kdf/core/di (docs/adr/0001).",
};
const tensorLibrary = {
  group: ["@tensorflow/*"],
  message: "Tensor operations come from @kdf/tensor; only it, libtensorflow, engines and teachers know TensorFlow.",
};
/**
 * @param {typeof containerLibrary[]} patterns
 * @returns {{ "no-restricted-imports": ["error", { patterns: typeof containerLibrary[] }] }}
 */
const forbidImports = (...patterns) => ({ "no-restricted-imports": ["error", { patterns }] });

/** Who may import whom among the rooms is .dependency-cruiser.cjs's; what is repeated here is for the editor. */
export default tseslint.config(
  {
    // assembly is AssemblyScript, which only looks like TypeScript.
    ignores: [".external/", "**/dist/", "**/node_modules/", "**/runs/", "plugins/engines/wasm/assembly/"],
  },
  {
    files: ["**/*.ts", "**/*.js"],
    linterOptions: { reportUnusedDisableDirectives: "error" },
    extends: [tseslint.configs.recommended],
    plugins: { kdf: { rules: { "inject-every-parameter": injectEveryParameter } } },
    rules: {
      "@typescript-eslint/consistent-type-imports": [
        "error",
        { fixStyle: "inline-type-imports", disallowTypeAnnotations: false },
      ],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/no-explicit-any": "off",
      eqeqeq: "error",
      "no-console": "error",
      "no-restricted-properties": [
        "error",
        { object: "Math", property: "random", message: "Random numbers come from the run's streams (docs/adr/0003)." },
      ],
      "kdf/inject-every-parameter": "error",
      ...forbidImports(containerLibrary, tensorLibrary),
    },
  },
  {
    files: ["**/*.ts"],
    languageOptions: { parserOptions: { project: "tsconfig.json", tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/no-floating-promises": "error",
      // An asynchronous listener may be meant: a rejection then ends the process or the thread, as a throw would.
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { arguments: false } }],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
    },
  },
  {
    files: ["packages/tensor/**", "packages/libtensorflow/**", "plugins/engines/**", "plugins/teachers/**"],
    rules: forbidImports(containerLibrary),
  },
  { files: ["packages/core/src/di.ts"], rules: forbidImports(tensorLibrary) },
  // The conformance kit takes Math.random away to prove that a plugin does without.
  { files: [...tests, "packages/testing/src/conformance/check.ts"], rules: { "no-restricted-properties": "off" } },
  { files: ["packages/cli/**", ...scripts], rules: { "no-console": "off" } },
  // Tests of a new plugin run on Node's own runner, whose test() returns a promise that nobody needs to await.
  { files: ["packages/create-plugin/templates/**"], rules: { "@typescript-eslint/no-floating-promises": "off" } },
);
