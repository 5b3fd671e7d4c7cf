import { z } from "zod";
import { describe, expect, it } from "vitest";
import { describeOptions } from "./option-list.js";

describe("options as lists tell them", () => {
  it("have a type in words, a default and a description", () => {
    const schema = z.strictObject({
      probability: z.number().min(0).max(1).default(0.5).describe("that an image is changed"),
      mode: z.enum(["a", "b"]).default("a"),
      size: z.int().positive(),
      names: z.array(z.string()).optional(),
      place: z.string().nullable().default(null),
      either: z.union([z.boolean(), z.literal("auto")]).optional(),
    });
    const described = describeOptions(z.toJSONSchema(schema, { io: "input" }));
    expect(described).toEqual([
      { name: "probability", type: "number at least 0, at most 1", default: 0.5, required: false, description: "that an image is changed" },
      { name: "mode", type: 'one of "a", "b"', default: "a", required: false },
      { name: "size", type: "integer above 0", required: true },
      { name: "names", type: "list of string", required: false },
      { name: "place", type: "string or null", default: null, required: false },
      { name: "either", type: 'boolean or "auto"', required: false },
    ]);
  });

  it("are none of an empty object", () => {
    expect(describeOptions({ type: "object", properties: {} })).toEqual([]);
  });
});
