import { z } from "zod";

const perChannel = z.array(z.number().finite()).min(1);

/** How a model is fed, and what it answers. */
const input = {
  layout: z.enum(["auto", "NCHW", "NHWC"]).default("auto").describe("order of the input's dimensions; auto takes the metadata, else the shape"),
  size: z.int().positive().optional().describe("height and width of the input in pixels, where the model leaves them open"),
  mean: perChannel.optional().describe("per channel, for pixels in [0, 1]; the metadata unless given"),
  std: perChannel
    .refine((values) => values.every((value) => value > 0), "expected numbers above zero")
    .optional()
    .describe("per channel, for pixels in [0, 1]; the metadata unless given"),
  outputs: z
    .enum(["auto", "logits", "probabilities"])
    .default("auto")
    .describe("what the model answers; auto sees a softmax at its end where the format shows it, and takes what goes into it"),
  output: z.string().min(1).optional().describe("name of the output with a value for each class, where the model has several"),
};

export const tfjsOptions = z.strictObject({
  file: z.string().min(1).optional().describe("the model.json file, its weights beside it; a relative path starts from the working folder"),
  ...input,
});
export type TfjsOptions = z.infer<typeof tfjsOptions>;

export const savedModelOptions = z.strictObject({
  file: z.string().min(1).optional().describe("the folder with saved_model.pb; a relative path starts from the working folder"),
  ...input,
  signature: z.string().min(1).default("serving_default").describe("the signature that is called"),
  tags: z.array(z.string().min(1)).min(1).default(["serve"]).describe("tags of the graph"),
});
export type SavedModelOptions = z.infer<typeof savedModelOptions>;

export type InputOptions = Pick<TfjsOptions, "layout" | "size" | "mean" | "std" | "outputs" | "output">;
