import { z } from "zod";

/** The options of a CIFAR data set; `server` is where its authors publish it. */
export const cifarOptions = (server: string) =>
  z.strictObject({
    directory: z.string().min(1).optional().describe("folder of the archive or of its unpacked folder; searched instead of --data-dir and the cache"),
    download: z.boolean().default(false).describe("fetch the archive where the data set is not found"),
    mirrors: z
      .array(z.url({ protocol: /^https?$/ }))
      .min(1)
      .default([server])
      .describe("folders that the archive is fetched from, in this order"),
    version: z.enum(["binary", "python"]).default("binary").describe("the version that is fetched; either is read where it is found"),
    verify: z
      .boolean()
      .default(true)
      .describe("whether the files must be the published ones; false takes images of your own in this format"),
    cropPadding: z.int().min(0).max(31).default(4).describe("black pixels around a training image before its random crop and flip"),
  });

export type CifarOptions = z.infer<ReturnType<typeof cifarOptions>>;
