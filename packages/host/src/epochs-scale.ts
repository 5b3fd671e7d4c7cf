import { configurationInvalid } from "@kdf/core";
import { isValues, type Values } from "./merge.js";

/**
 * Epochs and milestones of the schedule in `values`, times `factor`; epochs to the nearest whole number, at least one.
 * Other positions, the warm-up's among them, stay: prolonged training, as published, stretches these two.
 */
export function scaledEpochs({ epochs, schedule }: Values, factor: number): Values {
  const milestones = isValues(schedule) ? schedule["milestones"] : undefined;
  return {
    ...(typeof epochs === "number" && { epochs: Math.max(1, Math.round(epochs * factor)) }),
    ...(Array.isArray(milestones) && {
      schedule: { milestones: milestones.map((milestone: unknown) => (typeof milestone === "number" ? milestone * factor : milestone)) },
    }),
  };
}

/** The factor of the command line; 1 where none is given. KDF_CONFIGURATION_INVALID for anything but a number above 0. */
export function readEpochsScale(factor: unknown): number {
  if (factor === undefined) return 1;
  if (typeof factor === "number" && Number.isFinite(factor) && factor > 0) return factor;
  throw configurationInvalid({
    source: "command line",
    problems: [{ path: "--epochs-scale", message: `expected a number above 0, got ${String(factor)}` }],
    known: ["epochs", "schedule.milestones"],
  });
}
