import { z } from "zod";
import { describe, expect, it } from "vitest";
import { optionRows, optionTable, type JsonSchema } from "./option-table.js";

const rowsOf = (schema: z.ZodType) =>
  optionRows(z.toJSONSchema(schema, { io: "input" }) as JsonSchema).map((row) => [row.name, row.values, row.default, row.meaning]);

describe("a table of options", () => {
  it("says of a number its bounds, but not the range of JavaScript's whole numbers", () => {
    const schema = z.strictObject({
      count: z.int().positive().default(2).describe("how many"),
      share: z.number().min(0).max(0.5),
      any: z.number().optional(),
    });
    expect(rowsOf(schema)).toEqual([
      ["count", "whole number > 0", "`2`", "how many"],
      ["share", "number ≥ 0, ≤ 0.5", "required", ""],
      ["any", "number", "", ""],
    ]);
  });

  it("lists the values of a choice, of a switch, of what may be null, of lists", () => {
    const schema = z.strictObject({
      mode: z.enum(["train", "eval", "both"]).default("train"),
      on: z.boolean().default(false),
      preset: z.string().nullable().default(null),
      names: z.array(z.string()).default([]),
      extra: z.record(z.string(), z.unknown()).default({}),
    });
    expect(rowsOf(schema).map((row) => row.slice(1, 3))).toEqual([
      ["`train`, `eval` or `both`", "`train`"],
      ["`true` or `false`", "`false`"],
      ["text or `null`", "`null`"],
      ["list of text", "`[]`"],
      ["object", "`{}`"],
    ]);
  });

  it("names an object's options by their path, as --set does", () => {
    const schema = z.strictObject({ weights: z.strictObject({ a: z.number().default(1) }).prefault({}) });
    expect(rowsOf(schema)).toEqual([["weights.a", "number", "`1`", ""]]);
  });

  it("says which choice an option belongs to", () => {
    const schema = z.strictObject({
      schedule: z
        .discriminatedUnion("id", [
          z.strictObject({ id: z.literal("constant"), warmup: z.number().default(0) }),
          z.strictObject({ id: z.literal("step"), at: z.array(z.number()).describe("epochs"), warmup: z.number().default(0) }),
        ])
        .prefault({ id: "constant" }),
    });
    expect(rowsOf(schema)).toEqual([
      ["schedule.id", "`constant` or `step`", "`constant`", ""],
      ["schedule.warmup", "number", "`0`", ""],
      ["schedule.at", "list of numbers", "required", "step only: epochs"],
    ]);
  });

  it("keeps a bar in a text from ending its cell", () => {
    const schema = z.strictObject({ kld: z.boolean().describe("KL(p | q)") });
    expect(optionTable(z.toJSONSchema(schema) as JsonSchema)).toContain("KL(p \\| q)");
  });

  it("is nothing where there are no options", () => {
    expect(optionTable(z.toJSONSchema(z.strictObject({})) as JsonSchema)).toBeUndefined();
  });
});
