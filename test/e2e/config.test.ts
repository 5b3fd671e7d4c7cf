import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { boringExperiment, kdf, repository, temporaryFolder } from "./kdf.js";

/** `kdf config schema`, judged by a validator of JSON Schema that is not ours, on what the command itself takes or refuses. */
const folder = temporaryFolder();
afterAll(() => folder.remove());
let schema: Record<string, unknown>;
let valid: ValidateFunction;
beforeAll(async () => {
  const { code, output } = await kdf("config", "schema");
  expect(code).toBe(0);
  schema = JSON.parse(output) as Record<string, unknown>;
  valid = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);
});

const files = readdirSync(join(repository, "examples"))
  .flatMap((name) => (existsSync(join(repository, "examples", name)) ? readdirSync(join(repository, "examples", name)).map((file) => `examples/${name}/${file}`) : []))
  .filter((file) => /\.ya?ml$/.test(file));

describe("the JSON Schema of configurations", () => {
  it("is of the draft that it names, by that draft's own schema", async () => {
    expect(schema["$schema"]).toBe("https://json-schema.org/draft/2020-12/schema");
    const judge = new Ajv2020({ strict: false });
    expect(await judge.validateSchema(schema), JSON.stringify(judge.errors)).toBe(true);
    expect(judge.validateSchema({ ...schema, type: "configuration" })).toBe(false);
  });

  it("is the same with --json", async () => {
    expect(JSON.parse((await kdf("config", "schema", "--json")).output)).toEqual(schema);
  });

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
    { why: "a wrong type", value: { epochs: "three" } },
    { why: "a value out of range", value: { batchSize: 0 } },
    { why: "an option's wrong type", value: { options: { cutmixpick: { poolFactor: "three" } } } },
  ])("refuses $why, as kdf train does", async ({ why, value }) => {
    expect(valid(value)).toBe(false);
    const file = join(folder.path, `${why}.yaml`);
    writeFileSync(file, stringify({ plugins: ["cutmixpick"], ...value }));
    const { code, output } = await kdf("train", "--config", file, "--dry-run", "--json");
    expect(code, output).toBe(2);
  });
});

describe("kdf config print", () => {
  it("prints what the config.yaml of a run with the same options holds, in either form", async () => {
    const settings = [...boringExperiment(folder.path), "--epochs", "1", "--set", "seed=7", "--set", "optimizer.momentum=0.5"];
    const run = join(folder.path, "run");
    const trained = await kdf("train", ...settings, "--run-dir", run, "--json");
    expect(trained.code, trained.output).toBe(0);
    const written = parse(readFileSync(join(run, "config.yaml"), "utf8")) as object;
    expect(written).toMatchObject({ dataset: "boring", epochs: 1, batchSize: 16, seed: 7, optimizer: { momentum: 0.5 } });
    expect(JSON.parse((await kdf("config", "print", ...settings, "--json")).output)).toEqual(written);
    expect(parse((await kdf("config", "print", ...settings)).output)).toEqual(written);
  });

  it("prints what it reads again to the same", async () => {
    const first = (await kdf("config", "print", "--plugin", "cutmixpick", "--set", "cutmixpick.poolFactor=3")).output;
    const file = join(folder.path, "printed.yaml");
    writeFileSync(file, first);
    const second = (await kdf("config", "print", "--config", file)).output;
    expect(parse(second)).toEqual(parse(first));
    expect(first).toMatch(/^student: resnet8 # preset @kdf\/plugin-quickstart$/m);
    expect(second.split("\n")).toContain(`student: resnet8 # ${file}`);
  });

  it.each([
    { set: "epoch=3", says: "epoch" },
    { set: "batchSize=0", says: "batchSize" },
  ])("refuses --set $set", async ({ set, says }) => {
    const { code, output } = await kdf("config", "print", "--set", set, "--json");
    expect(code).toBe(2);
    expect((JSON.parse(output) as { error: { message: string } }).error.message).toContain(says);
  });
});
