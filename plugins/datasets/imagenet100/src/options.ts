import { imageOptions } from "@kdf/images";
import { z } from "zod";

export const options = z
  .strictObject({
    directory: z.string().min(1).optional().describe("folder that holds train/ and val/, with a folder for each class; instead of --data-dir"),
    classes: z
      .union([z.string().min(1), z.array(z.string().regex(/^n\d{8}$/, "an id of WordNet, as n02869837")).min(2)])
      .optional()
      .describe("the classes: a list of WordNet ids, or a file with one a line; by default the hundred of CMC (Tian et al. 2020)"),
    size: z.int().min(1).max(1024).default(224).describe("height and width of the images that models get, in pixels"),
    resize: z.int().min(1).max(2048).optional().describe("the shorter side before the centre of size x size is cut out; by default 8/7 of size (256 for 224)"),
    ...imageOptions,
  })
  .refine(({ size, resize }) => resize === undefined || resize >= size, { path: ["resize"], message: "resize must not be less than size" });

export type Options = z.infer<typeof options>;
