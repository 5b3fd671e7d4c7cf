import { tapPairsOption } from "@kdf/nn";
import { z } from "zod";

const weight = z.number().nonnegative();
const temperature = z.number().positive();
const share = z.number().min(0).max(1);

/** The defaults are those of the paper's code. */
export const options = z.strictObject({
  head: z
    .strictObject({
      epochs: z.int().positive().optional().describe("epochs of the first stage, which trains the teacher's head; a quarter of the run's unless given, at least one: 60 for 240"),
      learningRate: z.number().positive().default(0.05).describe("of the first stage"),
      milestones: z.array(z.number().nonnegative()).optional().describe("epochs of the first stage after which its rate falls to a tenth; a half and three quarters of them unless given: 30 and 45 of 60"),
    })
    .prefault({}),
  cropPadding: z.int().nonnegative().optional().describe("black pixels around a rotated image before its random crop; an eighth of the image unless given: 4 at 32 pixels"),
  temperatures: z
    .strictObject({
      original: temperature.default(4).describe("of the divergence on original images"),
      rotated: temperature.default(4).describe("of the divergence on rotated images"),
      similarity: temperature.default(0.5).describe("of the divergence of the similarities; their cross-entropy in the first stage has none"),
    })
    .prefault({}),
  kept: z
    .strictObject({
      rotated: share.default(1).describe("of the rotated images that the teacher classifies wrongly, the share that the divergence on them keeps, least wrong first"),
      similarity: share.default(0.75).describe("of the rotated images that the teacher finds more similar to another image than to their own, the share that the divergence of the similarities keeps, least wrong first"),
    })
    .prefault({}),
  weights: z
    .strictObject({
      crossEntropy: weight.default(0.1).describe("of the cross-entropy with the labels, original images"),
      divergenceOriginal: weight.default(0.9).describe("of the divergence on original images"),
      divergenceRotated: weight.default(2.7).describe("of the divergence on rotated images"),
      similarity: weight.default(10).describe("of the divergence of the similarities"),
    })
    .prefault({}),
  taps: tapPairsOption,
});
export type Options = z.infer<typeof options>;
