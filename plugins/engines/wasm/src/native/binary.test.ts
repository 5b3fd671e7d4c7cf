import { expect, it } from "vitest";
import { hashSources } from "../../scripts/hash-sources.mjs";
import { sourcesHash } from "./binary.js";

it("is made from the sources in assembly/ (else: npm run build:kernels)", () => {
  expect(sourcesHash).toBe(hashSources());
});
