import { scheduleSchema, type ScheduleConfiguration } from "@kdf/core";
import { describe, expect, test } from "vitest";
import { learningRate } from "./schedule.js";

const schedule = (configuration: unknown): ScheduleConfiguration => scheduleSchema.parse(configuration);

/** The rates of every step of a stage. */
function rates(configuration: unknown, base: number, epochs: number, stepsPerEpoch: number): number[] {
  return Array.from({ length: epochs * stepsPerEpoch }, (_, done) =>
    learningRate(schedule(configuration), base, {
      epoch: Math.floor(done / stepsPerEpoch),
      step: done % stepsPerEpoch,
      stepsPerEpoch,
      epochs,
    }),
  );
}

const expectRates = (got: readonly number[], expected: readonly number[]): void => {
  expect(got).toHaveLength(expected.length);
  got.forEach((rate, step) => expect(rate).toBeCloseTo(expected[step]!, 12));
};

test("a constant rate is the base", () => {
  expect(rates({ id: "constant" }, 0.3, 2, 2)).toEqual([0.3, 0.3, 0.3, 0.3]);
});

describe("steps", () => {
  test("as the paper's code: 0.05, a tenth from epochs 151, 181 and 211 on", () => {
    const all = rates({ id: "step", milestones: [150, 180, 210] }, 0.05, 240, 1);
    const numbered = (epoch: number): number => all[epoch - 1]!;
    expect(numbered(150)).toBe(0.05);
    expect(numbered(151)).toBeCloseTo(0.005, 15);
    expect(numbered(180)).toBeCloseTo(0.005, 15);
    expect(numbered(181)).toBeCloseTo(0.0005, 15);
    expect(numbered(211)).toBeCloseTo(0.00005, 15);
    expect(numbered(240)).toBeCloseTo(0.00005, 15);
  });

  test("as torch.optim.lr_scheduler.MultiStepLR", () => {
    expectRates(rates({ id: "step", milestones: [2, 4], gamma: 0.2 }, 0.1, 6, 1), [0.1, 0.1, 0.02, 0.02, 0.004, 0.004]);
  });

  test("a fraction of an epoch acts from its step on, whatever the rounding", () => {
    // 1.1 epochs of 30 steps: the 34th step is the first behind it.
    const all = rates({ id: "step", milestones: [1.1], gamma: 0.5 }, 1, 2, 30);
    expect(all.indexOf(0.5)).toBe(33);
  });
});

describe("cosine", () => {
  test("per step to the final factor, as torch.optim.lr_scheduler.CosineAnnealingLR", () => {
    const expected = [
      0.1, 0.09831332840130888, 0.09336825748732973, 0.0855017856687341, 0.07525, 0.06331154273257479, 0.0505,
      0.037688457267425236, 0.02575, 0.015498214331265903, 0.007631742512670285, 0.0026866715986911243,
    ];
    expectRates(rates({ id: "cosine", finalFactor: 0.01 }, 0.1, 3, 4), expected);
  });

  test("after a linear warm-up, as torch's LinearLR followed by CosineAnnealingLR", () => {
    const expected = [
      0.025, 0.05, 0.075, 0.1, 0.1, 0.09619397662556434, 0.08535533905932738, 0.0691341716182545, 0.05,
      0.030865828381745515, 0.014644660940672627, 0.0038060233744356634,
    ];
    expectRates(rates({ id: "cosine", warmupEpochs: 1 }, 0.1, 3, 4), expected);
  });

  test("a warm-up as long as the training never cools", () => {
    expectRates(rates({ id: "cosine", warmupEpochs: 2 }, 1, 2, 2), [0.25, 0.5, 0.75, 1]);
  });
});

test("a warm-up of part of an epoch, and its product with a milestone", () => {
  expectRates(rates({ id: "step", milestones: [1], gamma: 0.1, warmupEpochs: 1.5 }, 3, 2, 2), [1, 2, 0.3, 0.3]);
});
