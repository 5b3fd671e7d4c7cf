import { z } from "zod";

export const officialServers = [
  "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
  "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
];

export const options = z.strictObject({
  subset: z
    .boolean()
    .optional()
    .describe(
      "the 10,000 training and 2,000 test images that ship; the default unless a folder (--data-dir, directory) or download is given",
    ),
  directory: z.string().min(1).optional().describe("folder of the four idx files, gzipped or not; searched instead of --data-dir and all other places"),
  download: z.boolean().default(false).describe("fetch the full set where it is not found"),
  servers: z
    .array(z.url({ protocol: /^https?$/ }))
    .min(1)
    .default(officialServers)
    .describe("folders that the four .gz files are fetched from, in this order"),
  verify: z
    .boolean()
    .default(true)
    .describe("whether the files must be the published ones; false takes images of your own: 28 x 28 pixels, labels 0 to 9"),
  cropPadding: z.int().min(0).max(27).default(2).describe("black pixels around a training image before its random crop and flip"),
});

export type Options = z.infer<typeof options>;
