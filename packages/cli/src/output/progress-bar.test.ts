import { describe, expect, it } from "vitest";
import { ProgressReporter } from "./progress-bar.js";

type Step = Parameters<ProgressReporter["stepDone"]>[0];

const step = (values: Partial<Step> = {}): Step => ({
  stage: "distill",
  epoch: 0,
  epochs: 2,
  step: 1,
  stepsPerEpoch: 100,
  globalStep: 1,
  images: 50,
  milliseconds: 500,
  total: 1.23456,
  terms: { "crossEntropy.original": 0.5, "divergence.original": 0.25, "divergence.augmented": 0.125 },
  learningRate: 0.1,
  ...values,
});

const started = { directory: "/runs/x", stepsPerEpoch: 100 };
const one = { ...started, stages: [{ id: "distill", epochs: 2 }] };

/** A reporter, what it wrote, and a clock in milliseconds. */
function reporter(columns?: number) {
  const texts: string[] = [];
  const clock = { now: 0 };
  const target = { write: (text: string) => texts.push(text), ...(columns !== undefined && { isTTY: true, columns }) };
  return { progress: new ProgressReporter(target, () => clock.now), texts, clock };
}

/** What a terminal shows in the end: understands "up n lines" and "erase what is below". */
function screen(texts: readonly string[]): string[] {
  let lines: string[] = [];
  let rest = texts.join("");
  while (rest !== "") {
    const up = /^\u001B\[(\d+)A\u001B\[J/.exec(rest);
    if (up !== null) lines = lines.slice(0, lines.length - Number(up[1]));
    else lines.push(rest.slice(0, rest.indexOf("\n")));
    rest = rest.slice(up === null ? rest.indexOf("\n") + 1 : up[0].length);
  }
  return lines;
}

describe("on a terminal of 80 columns", () => {
  it("one bar is drawn over, with its terms below it", () => {
    const { progress, texts, clock } = reporter(80);
    progress.runStarted(one);
    progress.stepDone(step());
    clock.now = 200;
    progress.stepDone(step({ step: 50 }));
    const [run, bar, terms, ...more] = screen(texts);
    expect(run).toBe("run /runs/x");
    // 100 images/s; 150 steps of 50 images are left.
    expect(bar).toMatch(/^epoch 1\/2 (━+)(╌+) step 50\/100 {2}100 images\/s {2}ETA 1:15$/);
    const [, filled, empty] = /(━+)(╌+)/.exec(bar!)!;
    expect([filled!.length, empty!.length]).toEqual([15, 15]);
    expect(terms).toBe("total 1.235  crossEntropy.original 0.5  divergence.original 0.25");
    expect(more).toEqual(["divergence.augmented 0.125"]);
  });

  it.each([80, 60, 50, 40, 20])("no line is wider than %i columns (40 at least), though names and numbers are long", (columns) => {
    const { progress, texts } = reporter(columns);
    progress.runStarted({ ...started, stages: [{ id: "distillation", epochs: 200 }, { id: "b", epochs: 1 }] });
    progress.stepDone(step({ stage: "distillation", epoch: 99, epochs: 200, step: 1234, stepsPerEpoch: 1563, milliseconds: 3000 }));
    const lines = screen(texts).slice(1);
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(Math.max(40, columns));
    expect(lines.join(" ")).toMatch(/distillation: epoch 100\/200.*step 1234\/1563.*images\/s.*ETA \d+:\d\d:\d\d.*divergence\.augmented/);
  });

  it("it is drawn ten times a second at most, and at the end of an epoch", () => {
    const { progress, texts, clock } = reporter(80);
    progress.runStarted(one);
    const before = texts.length;
    progress.stepDone(step());
    const drawn = texts.length;
    clock.now = 99;
    progress.stepDone(step({ step: 2 }));
    expect(texts.length).toBe(drawn);
    progress.stepDone(step({ step: 100 }));
    expect(texts.length).toBeGreaterThan(drawn);
    expect(drawn).toBeGreaterThan(before);
  });

  it("a finished epoch stays, and evaluation leaves no trace", () => {
    const { progress, texts } = reporter(80);
    progress.runStarted(one);
    progress.stepDone(step({ step: 100 }));
    for (const done of [5, 10]) progress.evaluationProgress({ split: "validation", role: "student", done, total: 10 });
    progress.epochDone({ stage: "distill", epoch: 0, epochs: 2, training: {}, validation: { top1: 0.5, loss: 0.25 }, isBest: true });
    const shown = screen(texts);
    expect(shown.join("\n")).not.toContain("evaluating");
    expect(shown.at(-1)).toBe("epoch 1/2 done: validation top1 50.00 %, loss 0.2500 (best so far)");
  });
});

describe("the time that is left", () => {
  const etaOf = (stages: readonly { id: string; epochs: number }[], values: Partial<Step>): string => {
    const { progress, texts } = reporter();
    progress.runStarted({ ...started, stages });
    progress.stepDone(step({ step: 100, ...values }));
    return /ETA (\S+)/.exec(texts.join(""))![1]!;
  };

  // 0.5 s a step, 50 s an epoch.
  it("covers this stage and all that follow", () => {
    const stages = [{ id: "head", epochs: 2 }, { id: "distill", epochs: 3 }, { id: "tune", epochs: 1 }];
    expect(etaOf(stages.slice(0, 1), { stage: "head" })).toBe("0:50");
    expect(etaOf(stages, { stage: "head" })).toBe("4:10");
    expect(etaOf(stages, { stage: "distill", epochs: 3, epoch: 2 })).toBe("0:50");
    expect(etaOf(stages, { stage: "tune", epochs: 1 })).toBe("0:00");
  });

  it("follows the pace of the last steps", () => {
    const { progress, texts } = reporter();
    progress.runStarted(one);
    progress.stepDone(step({ step: 99, milliseconds: 5000 }));
    progress.stepDone(step({ step: 100, milliseconds: 500 }));
    // 0.9 x 100 ms + 0.1 x 10 ms an image.
    expect(texts.at(-1)).toContain("11 images/s  ETA 7:35");
  });
});

describe("where there is no terminal", () => {
  it("plain lines come ten times an epoch, without anything to draw", () => {
    const { progress, texts } = reporter();
    progress.runStarted({ ...one, resumedAt: { stage: "distill", epoch: 1, step: 7 } });
    for (let number = 1; number <= 100; number += 1) progress.stepDone(step({ step: number }));
    progress.evaluationProgress({ split: "validation", role: "student", done: 1, total: 2 });
    expect(texts.slice(0, 2)).toEqual(["run /runs/x\n", "goes on at stage distill, epoch 2, step 8\n"]);
    expect(texts).toHaveLength(12);
    expect(texts[2]).toBe(
      "epoch 1/2  step 10/100  100 images/s  ETA 1:35  total 1.235  crossEntropy.original 0.5  divergence.original 0.25  divergence.augmented 0.125\n",
    );
    expect(texts.join("")).not.toMatch(/[\u001B\r]/);
  });

  it("the name of a stage stands where there are several", () => {
    const { progress, texts } = reporter();
    progress.runStarted({ ...started, stages: [{ id: "head", epochs: 1 }, { id: "distill", epochs: 2 }] });
    progress.epochDone({ stage: "head", epoch: 0, epochs: 1, training: {} });
    expect(texts.at(-1)).toBe("head: epoch 1/1 done\n");
  });
});
