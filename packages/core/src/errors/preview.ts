import { refusal } from "./error.js";
import { listed } from "./nearest.js";

export const augmenterNeedsTeacher = refusal("KDF_AUGMENTER_NEEDS_TEACHER", (d: { augmenters: readonly string[] }) => ({
  happened: `${listed(d.augmenters)} picks by the teacher, but there is none.`,
  expected: "a teacher",
  fix: "name one with --teacher, or leave that augmenter out",
}));

/** `step` counts from 0. */
export const stepBeyondEpoch = refusal("KDF_STEP_BEYOND_EPOCH", (d: { step: number; stepsPerEpoch: number; batchSize: number }) => ({
  happened: `There is no step ${d.step}: an epoch here has ${d.stepsPerEpoch} steps of ${d.batchSize} images.`,
  expected: `a step from 0 to ${d.stepsPerEpoch - 1}`,
  fix: "choose another --step, or the --batch-size of the run in question",
}));

export const outputUnusable = refusal("KDF_OUTPUT_UNUSABLE", (d: { file: string; problem: string; endings: readonly string[]; fix?: string }) => ({
  happened: `${d.file} cannot be written: ${d.problem}.`,
  expected: `a file that does not exist yet, ending in ${d.endings.join(" or ")}, in a folder that this user may write`,
  fix: d.fix ?? "choose another --out, or move away what stands there",
}));
