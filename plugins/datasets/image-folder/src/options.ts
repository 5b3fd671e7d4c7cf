import { imageOptions } from "@kdf/images";
import { z } from "zod";

const perChannel = z.array(z.number().min(0).max(1)).length(3);

export const options = z
  .strictObject({
    directory: z.string().min(1).optional().describe("folder that holds train/ and val/ or test/; instead of --data-dir"),
    testFolder: z.string().min(1).optional().describe("folder of the test images; by default test where it is there, else val"),
    size: z.int().min(1).max(1024).default(224).describe("height and width of the images that models get, in pixels"),
    resize: z.int().min(1).max(2048).optional().describe("the shorter side before the centre of size x size is cut out; by default 8/7 of size (256 for 224)"),
    trainingCrop: z
      .enum(["random-resized", "padded"])
      .default("random-resized")
      .describe("random-resized: a part of 8 to 100 % of the area, resized, as for ImageNet; padded: the centre, padded and cropped, as for CIFAR"),
    cropPadding: z.int().min(0).max(128).default(0).describe("black pixels around the centre, with trainingCrop padded"),
    mean: perChannel.default([0.485, 0.456, 0.406]).describe("mean of each channel, where white is 1; ImageNet's unless given"),
    std: z.array(z.number().positive()).length(3).default([0.229, 0.224, 0.225]).describe("standard deviation of each channel; ImageNet's unless given"),
    ...imageOptions,
  })
  .refine(({ size, resize }) => resize === undefined || resize >= size, { path: ["resize"], message: "resize must not be less than size" });

export type Options = z.infer<typeof options>;
