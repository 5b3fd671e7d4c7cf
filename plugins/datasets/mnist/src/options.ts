import { z } from "zod";

export const options = z.strictObject({
  directory: z.string().min(1).optional().describe("folder of the four idx files, gzipped or not; searched instead of --data-dir and the cache"),
  download: z.boolean().default(false).describe("fetch the files, 12 MB, where they are not found"),
  mirrors: z
    .array(z.url({ protocol: /^https?$/ }))
    .min(1)
    .default(["https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"])
    .describe("folders that the four .gz files are fetched from, in this order"),
  verify: z
    .boolean()
    .default(true)
    .describe("whether the files must be the published ones; false takes images of your own: 28 x 28 pixels, labels 0 to 9"),
  cropPadding: z.int().min(0).max(27).default(2).describe("black pixels around a training image before its random crop"),
});

export type Options = z.infer<typeof options>;
