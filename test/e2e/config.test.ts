import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { kdf, repository } from "./kdf.js";

/** `kdf config schema`, judged by a validator of JSON Schema that is not ours, on what the command itself takes or refuses. */
let valid: ValidateFunction;
beforeAll(async () => {
  const { code, output } = await kdf("config", "schema");
  expect(code).toBe(0);
  valid = new Ajv2020({ strict: false, validateFormats: false }).compile(JSON.parse(output) as object);
});

const files = readdirSync(join(repository, "examples"))
  .flatMap((name) => (existsSync(join(repository, "examples", name)) ? readdirSync(join(repository, "examples", name)).map((file) => `examples/${name}/${file}`) : []))
  .filter((file) => /\.ya?ml$/.test(file));

describe("the JSON Schema of configurations", () => {
  it.each(files)("accepts %s", (file) => {
    expect(valid(parse(readFileSync(join(repository, file), "utf8"))), JSON.stringify(valid.errors)).toBe(true);
  });

  it("accepts what kdf config print prints", async () => {
    const { output } = await kdf("config", "print", "--plugin", "cutmixpick", "--set", "cutmixpick.poolFactor=3");
    const printed = parse(output) as object;
    expect(printed).toMatchObject({ dataset: "fashion-mnist", options: { cutmixpick: { poolFactor: 3 } } });
    expect(valid(printed), JSON.stringify(valid.errors)).toBe(true);
  });

  it.each([
    { why: "a part", value: { epochs: 3 } },
    { why: "a schedule's part alone", value: { schedule: { finalFactor: 0.1 } } },
    { why: "options by kind and id", value: { options: { "augmenter:cutmixpick": { poolFactor: 3, baseOptions: { alpha: [1, { deep: null }] } } } } },
    { why: "a folder's plugin", value: { plugins: ["./mine"], student: "mine" } },
  ])("accepts $why", ({ value }) => {
    expect(valid(value), JSON.stringify(valid.errors)).toBe(true);
  });

  it.each([
    { why: "a misspelt key", value: { epoch: 3 } },
    { why: "a misspelt key below", value: { optimizer: { learningrate: 0.1 } } },
    { why: "a misspelt option", value: { options: { cutmixpick: { poolfactor: 3 } } } },
    { why: "a misspelt option by kind", value: { options: { "augmenter:cutmixpick": { poolfactor: 3 } } } },
    { why: "options of what is not there", value: { options: { cutmixpik: {} } } },
    { why: "a value out of range", value: { batchSize: 0 } },
    { why: "an option's wrong type", value: { options: { cutmixpick: { poolFactor: "three" } } } },
  ])("refuses $why", ({ value }) => {
    expect(valid(value)).toBe(false);
  });
});
