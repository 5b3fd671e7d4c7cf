import { z } from "zod";

const perChannel = z.array(z.number().finite()).min(1);

export const teacherOptions = z.strictObject({
  file: z.string().min(1).optional().describe("the .onnx file; a relative path starts from the working folder"),
  providers: z
    .array(z.enum(["cpu", "cuda", "tensorrt", "webgpu"]))
    .min(1)
    .default(["cpu"])
    .describe("ONNX Runtime's execution providers, the preferred first"),
  threads: z.int().positive().optional().describe("threads within an operation; unless given all processors, or half of them where a student learns at the same time"),
  layout: z.enum(["auto", "NCHW", "NHWC"]).default("auto").describe("order of the input's dimensions; auto takes the file's metadata, else its shape"),
  size: z.int().positive().optional().describe("height and width of the input in pixels, where the file leaves them open"),
  mean: perChannel.optional().describe("per channel, for pixels in [0, 1]; the file's metadata unless given"),
  std: perChannel.optional().describe("per channel, for pixels in [0, 1]; the file's metadata unless given"),
  output: z.string().min(1).optional().describe("name of the output with the logits, where the model has several"),
  prefetch: z.int().nonnegative().default(1).describe("training steps whose teacher passes are computed ahead, beside the student's step"),
});
export type TeacherOptions = z.infer<typeof teacherOptions>;

/** The version that kdf is tested with. */
const testedVersion = "1.30.0";

export const installerOptions = z.strictObject({
  version: z.string().regex(/^\d+\.\d+\.\d+$/, "expected a version such as 1.30.0").default(testedVersion).describe("version of onnxruntime-node"),
});
export type InstallerOptions = z.infer<typeof installerOptions>;
