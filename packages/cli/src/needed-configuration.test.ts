import { expect, it } from "vitest";
import { neededConfiguration } from "./needed-configuration.js";

const given = { dataset: "flowers", seed: 3 };

it("is what was asked for, with the schema's defaults", () => {
  expect(neededConfiguration({ given, preset: undefined }, ["dataset", "seed", "workers", "validation"])).toEqual({
    dataset: "flowers",
    seed: 3,
    workers: 0,
    validation: { fraction: 0.1, seed: 0 },
  });
});

it("names all that is missing, and nothing that was not asked for", () => {
  const refused = { code: "KDF_CONFIGURATION_INVALID", message: expect.stringMatching(/engine: missing; batchSize: missing; no preset is declared/) };
  expect(() => neededConfiguration({ given, preset: undefined }, ["dataset", "engine", "batchSize"])).toThrow(expect.objectContaining(refused));
  expect(() => neededConfiguration({ given, preset: undefined }, ["engine"])).not.toThrow("student");
});
