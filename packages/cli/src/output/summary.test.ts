import { configurationSchema, type Configuration } from "@kdf/core";
import { describe, expect, it } from "vitest";
import { summarise, type SummaryContext } from "./summary.js";

type Outcome = Parameters<typeof summarise>[0];

const configuration = configurationSchema.parse({
  dataset: "flowers",
  teacher: "big",
  student: "small",
  distiller: "kd",
  engine: "wasm",
  epochs: 3,
  batchSize: 32,
  metrics: ["top-1", "t-stddev"],
});
const context: SummaryContext = { directory: "/somewhere", augmenters: ["blur", "fog"], usesDefaults: true, columns: 80 };
const test = {
  last: { top1: 0.5, loss: 1.5, matrix: [1] },
  best: { top1: 0.75, loss: 1, stage: "distill", epoch: 1, globalStep: 9 },
  teacher: { top1: 0.9, loss: 0.25 },
};
const finished = { status: "finished", directory: "/somewhere/runs/x-1", test } as unknown as Outcome;
const stopped = { status: "stopped", directory: "/somewhere/runs/x-1" } as Outcome;

const summary = (changes: Partial<SummaryContext> = {}, settings: Partial<Configuration> = {}, outcome = finished): string =>
  summarise(outcome, { ...configuration, ...settings }, undefined, { ...context, ...changes });
const next = (...given: Parameters<typeof summary>): string => /^next: ([^]*)$/m.exec(summary(...given))![1]!.replaceAll(/ \\\n +/g, " ");

describe("the table", () => {
  it("sets the results on test images side by side", () => {
    const baseline = { command: "kdf train --no-teacher", seed: 3, engine: "wasm", date: "", machine: "", comparable: {}, test: { top1: 0.25, loss: 2 } };
    expect(summarise(finished, configuration, baseline, context).split("\n").slice(1, 9)).toEqual([
      "test images                               top1    loss",
      "─────────────────────────────────────  ───────  ──────",
      "student, last epoch                    50.00 %   1.500",
      "student, best on validation (epoch 2)  75.00 %       1",
      "same student without a teacher *       25.00 %       2",
      "teacher                                90.00 %  0.2500",
      "",
      "* measured before: kdf train --no-teacher (seed 3, engine wasm)",
    ]);
  });

  it("stays within the columns, with what goes below it", () => {
    const baseline = { command: "kdf train --no-teacher --config experiments/alone.yaml", seed: 3, engine: "wasm", date: "", machine: "", comparable: {}, test: { top1: 0.25 } };
    const augmenters = ["crop-flip", "cutmix", "cutmixpick", "cutout", "flip", "identity", "mixup"];
    const lines = summarise(finished, configuration, baseline, { ...context, augmenters, usesDefaults: false }).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines.slice(-2)).toEqual(["next: npx kdf rank --config runs/x-1/config.yaml \\", `        --augmenters ${augmenters.join(",")}`]);
  });

  it("leaves out what there is not", () => {
    const text = summary({}, { teacher: null }, { ...finished, test: { last: { top1: 0.5 } } } as unknown as Outcome);
    expect(text).not.toMatch(/best on validation|^teacher|without a teacher|\*/m);
    expect(text).toContain("\nrun:  /somewhere/runs/x-1\n");
  });
});

describe("what to do next", () => {
  it("ranks the augmenters that are installed", () => {
    expect(next()).toBe("npx kdf rank --augmenters blur,fog");
    expect(next({ augmenters: ["fog", "mist", "rain"] })).toBe("npx kdf rank --augmenters fog,mist,rain");
    const many = Array.from({ length: 20 }, (_, place) => `weather-${place}`);
    // Six names and their commas are 59 letters, which an indented line of 80 holds behind the option's name.
    expect(next({ augmenters: many })).toBe(`npx kdf rank --augmenters ${many.slice(0, 6).join(",")}`);
  });

  it("takes over the run's own settings", () => {
    expect(next({ usesDefaults: false })).toBe("npx kdf rank --config runs/x-1/config.yaml --augmenters blur,fog");
    expect(next({ usesDefaults: false, dataDirectory: "my data" })).toBe(
      "npx kdf rank --config runs/x-1/config.yaml --augmenters blur,fog --data-dir 'my data'",
    );
    expect(next({ usesDefaults: false, directory: "/elsewhere" })).toContain("--config /somewhere/runs/x-1/config.yaml ");
  });

  it("evaluates where there is nothing to rank, or nothing to rank by", () => {
    expect(next({ augmenters: ["blur"] })).toBe("npx kdf eval runs/x-1");
    expect(next({}, { metrics: ["top-1"] })).toBe("npx kdf eval runs/x-1");
  });

  it("makes a network that was trained alone a teacher", () => {
    expect(next({}, { teacher: null })).toBe("npx kdf train --teacher runs/x-1 --student small");
    expect(next({ usesDefaults: false }, { teacher: null })).toBe(
      "npx kdf train --config runs/x-1/config.yaml --teacher runs/x-1 --student small",
    );
  });
});

describe("a run that was stopped", () => {
  it("says how to go on, with the folder of the data if one was named", () => {
    expect(summary({}, {}, stopped)).toBe("Stopped and saved. Go on with:\n  npx kdf train --resume /somewhere/runs/x-1");
    expect(summary({ dataDirectory: "../data" }, {}, stopped)).toContain("--resume /somewhere/runs/x-1 --data-dir ../data");
    expect(summary({ dataDirectory: "it's" }, {}, stopped)).toContain("--data-dir 'it'\\''s'");
  });
});
