import { expect, it } from "vitest";
import { sourcesHash } from "./binary.js";

it("is made from the sources in assembly/ (else: npm run build:kernels)", async () => {
  // @ts-expect-error: a plain script without declarations
  const { hashSources } = (await import("../../scripts/hash-sources.mjs")) as { hashSources(): string };
  expect(sourcesHash).toBe(hashSources());
});
