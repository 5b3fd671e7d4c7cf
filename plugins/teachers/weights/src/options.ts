import { z } from "zod";

const perChannel = z.array(z.number().finite()).min(1);

export const teacherOptions = z.strictObject({
  file: z.string().min(1).optional().describe("the .pth, .pt or .safetensors file; a relative path starts from the working folder"),
  network: z.string().min(1).optional().describe("id of the network; unless given the one whose names and shapes the weights have"),
  networkOptions: z.record(z.string(), z.json()).optional().describe("options of the network"),
  key: z.string().min(1).optional().describe("entry of a PyTorch file that is the state dict; unless given model, state_dict, net, model_state_dict, or the file itself"),
  size: z.int().positive().optional().describe("height and width of the images in pixels; the file's metadata unless given"),
  mean: perChannel.optional().describe("per channel, for pixels in [0, 1]; the file's metadata unless given"),
  std: perChannel
    .refine((values) => values.every((value) => value > 0), "expected numbers above zero")
    .optional()
    .describe("per channel, for pixels in [0, 1]; the file's metadata unless given"),
});
export type TeacherOptions = z.infer<typeof teacherOptions>;
