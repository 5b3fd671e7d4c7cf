import { describe, expect, it } from "vitest";
import { z } from "zod";
import { define } from "./plugin.js";
import { optionsJsonSchema, parseOptions, parsePlan, type OptionsSchema } from "./schema.js";

const schema = z.strictObject({
  alpha: z.number().positive().default(1),
  mode: z.enum(["train", "eval"]).default("train"),
  window: z.strictObject({ width: z.int(), height: z.int() }).optional(),
});

const failure = async (options: unknown, of: OptionsSchema = schema): Promise<string> => {
  try {
    await parseOptions(of, options, "augmenter cutmix");
  } catch (error) {
    expect(error).toMatchObject({ code: "KDF_OPTIONS_INVALID", kind: "request" });
    return (error as Error).message;
  }
  throw new Error("accepted");
};

describe("parseOptions", () => {
  it("fills the defaults in", async () => {
    expect(await parseOptions(schema, {}, "x")).toEqual({ alpha: 1, mode: "train" });
  });

  it("names every problem at once, with its path, and the owner", async () => {
    const message = await failure({ alpha: "big", mode: "test", window: { width: 1.5, height: 2 } });
    expect(message).toContain("augmenter cutmix");
    for (const path of ["alpha: ", "mode: ", "window.width: "]) expect(message).toContain(path);
  });

  it("names the nearest option for each unknown one, at its own depth", async () => {
    const message = await failure({ alpa: 1, mod: "train", window: { width: 1, height: 1, heigth: 2 } });
    expect(message).toContain("did you mean alpha, mode?");
    expect(message).toContain("did you mean height?");
    expect(message).toContain("options among: alpha, mode, window");
  });

  it("does not take a quoted choice for an unknown option", async () => {
    expect(await failure({ mode: "tran" })).not.toContain("did you mean");
  });

  it("waits for a validator that answers later", async () => {
    const later: OptionsSchema<number> = {
      "~standard": {
        version: 1,
        vendor: "test",
        validate: async (value) =>
          typeof value === "number" ? { value: value + 1 } : { issues: [{ message: "not a number", path: [{ key: "n" }] }] },
      },
    };
    expect(await parseOptions(later, 1, "x")).toBe(2);
    const message = await failure("1", later);
    expect(message).toContain("n: not a number");
    expect(message).toContain("its reference page");
  });

  it("reports the problem of a schema that has no JSON Schema", async () => {
    expect(await failure({ at: 3 }, z.strictObject({ at: z.date() }))).toContain("at: ");
  });
});

describe("optionsJsonSchema", () => {
  it("keeps defaults, ranges and choices", () => {
    expect(optionsJsonSchema(schema)).toMatchObject({
      properties: { alpha: { default: 1, exclusiveMinimum: 0 }, mode: { enum: ["train", "eval"] } },
    });
  });

  it("is absent where the schema has none", () => {
    expect(optionsJsonSchema(z.strictObject({ at: z.date() }))).toBeUndefined();
    const bare: OptionsSchema = { "~standard": { version: 1, vendor: "test", validate: (value) => ({ value }) } };
    expect(optionsJsonSchema(bare)).toBeUndefined();
  });
});

describe("parsePlan", () => {
  const plan = z.strictObject({ boxes: z.array(z.int()) });

  it("returns a plan of the form, and refuses another", () => {
    expect(parsePlan(plan, { boxes: [1, 2] }, "cutmix")).toEqual({ boxes: [1, 2] });
    expect(() => parsePlan(plan, { boxes: [1.5] }, "cutmix")).toThrow(
      expect.objectContaining({ code: "KDF_PLAN_INVALID", message: expect.stringContaining("boxes.0") }),
    );
  });

  it("refuses a schema that cannot answer at once", () => {
    const later: OptionsSchema = { "~standard": { version: 1, vendor: "test", validate: async (value) => ({ value }) } };
    expect(() => parsePlan(later, {}, "cutmix")).toThrow(TypeError);
  });
});

it("define ties the factory's options to the schema", async () => {
  const definition = define({
    summary: "test",
    options: schema,
    create: (options) => options.alpha * 2,
  });
  expect(await definition.create(await parseOptions(schema, { alpha: 2 }, "x"), undefined as never)).toBe(4);
});
