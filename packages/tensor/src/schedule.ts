import type { ScheduleConfiguration } from "@kdf/core";

/** Where a step stands within its stage. */
export interface SchedulePosition {
  /** From 0. */
  readonly epoch: number;
  /** From 0, within the epoch. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** Epochs of the stage. */
  readonly epochs: number;
}

/**
 * The learning rate of one step: `base` times the schedule's factor times the warm-up's.
 *
 * - `step`: gamma for each milestone that lies behind; milestone 150 acts from the 151st epoch on.
 * - `cosine`: from 1 to `finalFactor` by half a cosine over the epochs after the warm-up (Loshchilov and Hutter 2017,
 *   without restarts).
 * - warm-up: 1/W, 2/W, … 1 over its W steps (Goyal et al. 2017 ramp per step).
 */
export function learningRate(schedule: ScheduleConfiguration, base: number, position: SchedulePosition): number {
  const { stepsPerEpoch, epochs } = position;
  const stepsDone = position.epoch * stepsPerEpoch + position.step;
  const warmupSteps = schedule.warmupEpochs * stepsPerEpoch;
  const warmup = warmupSteps > 0 ? Math.min(1, (stepsDone + 1) / warmupSteps) : 1;
  return base * warmup * factor(schedule, stepsDone / stepsPerEpoch, epochs);
}

/** `epochsDone` counts fractions of an epoch. */
function factor(schedule: ScheduleConfiguration, epochsDone: number, epochs: number): number {
  switch (schedule.id) {
    case "constant":
      return 1;
    case "step":
      return schedule.gamma ** schedule.milestones.filter((milestone) => epochsDone >= milestone).length;
    case "cosine": {
      const span = epochs - schedule.warmupEpochs;
      const progress = span > 0 ? Math.max(0, epochsDone - schedule.warmupEpochs) / span : 0;
      return schedule.finalFactor + (1 - schedule.finalFactor) * 0.5 * (1 + Math.cos(Math.PI * progress));
    }
  }
}
