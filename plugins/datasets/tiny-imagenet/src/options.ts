import { imageOptions } from "@kdf/images";
import { z } from "zod";

export const options = z.strictObject({
  directory: z.string().min(1).optional().describe("folder of tiny-imagenet-200.zip, or of what it unpacks to; searched instead of --data-dir and the cache"),
  download: z.boolean().default(false).describe("fetch the archive, 248 MB, where the data set is not found"),
  mirrors: z
    .array(z.url({ protocol: /^https?$/ }))
    .min(1)
    .default(["http://cs231n.stanford.edu/"])
    .describe("folders that the archive is fetched from, in this order"),
  verify: z
    .boolean()
    .default(true)
    .describe("whether it must be the published set; false takes images of your own in this form: other classes, other numbers of them"),
  cropPadding: z.int().min(0).max(63).default(4).describe("black pixels around a training image before its random crop and flip"),
  mean: z.array(z.number().min(0).max(1)).length(3).default([0.4802, 0.448, 0.3975]).describe("mean of each channel, where white is 1"),
  std: z.array(z.number().positive()).length(3).default([0.277, 0.2691, 0.2821]).describe("standard deviation of each channel"),
  ...imageOptions,
});

export type Options = z.infer<typeof options>;
