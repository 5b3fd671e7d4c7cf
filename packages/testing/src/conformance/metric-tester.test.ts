import { define, definePlugin, type Json, type Metric, type StepObservation } from "@kdf/core";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { testPlugins } from "../registry/test-plugins.js";
import { nothingChecked } from "./check.js";
import { MetricTester } from "./metric-tester.js";

/** The mean of the student's first logits: a metric that is right, for others to go wrong from. */
class Mean implements Metric {
  readonly phases: Metric["phases"] = ["training", "evaluation"];
  readonly span = "epoch";
  readonly primary = { key: "mean", better: "lower" } as const;
  readonly reads = ["student"] as const;
  sum = 0;
  count = 0;

  observe({ views }: StepObservation): void {
    const logits = views["original"]?.student?.logits;
    if (logits === undefined) return;
    this.sum += logits.data[0]!;
    this.count += 1;
  }

  result(): { readonly [name: string]: Json } {
    return { mean: this.count === 0 ? null : this.sum / this.count };
  }

  save(): Json {
    return [this.sum, this.count];
  }

  restore(state: Json): void {
    [this.sum, this.count] = state as [number, number];
  }
}

const pluginFrom = (make: () => Metric) =>
  definePlugin({ id: "x", provides: { metric: { x: define({ summary: "x", options: z.strictObject({}), create: make }) } } });

/** The checks that fail for what they found; without cases, which are another test's subject. */
const failing = async (make: () => Metric): Promise<string[]> =>
  [...(await new MetricTester(pluginFrom(make), "x").failures())]
    .filter(([name, { message }]) => name !== "its tests prove what it does" && !message.includes(nothingChecked))
    .map(([name]) => name);

test("a metric that is right passes", async () => {
  expect(await failing(() => new Mean())).toEqual([]);
});

test("the kit's own metrics pass", async () => {
  await new MetricTester(testPlugins["block-count"], "block-count", {
    options: [{}, { block: 1 }, { block: 7 }],
    refused: [{ name: "an empty block", options: { block: 0 } }],
    cases: [
      {
        name: "two observations fill a block, the third opens the next",
        options: { block: 2 },
        steps: [
          { labels: [0], teacher: [[1, 2]] },
          { labels: [1, 1], teacher: [[3, 4], [0, 5]], views: { augmented: { teacher: [[10, 0], [0, 0]] } } },
          { labels: [0], teacher: [[7, 7]] },
        ],
        expected: { blocks: 1, blockImages: [3], blockLogits: 25, openObservations: 1 },
      },
      { name: "half a block has no sum", options: { block: 2 }, steps: [{ labels: [0], teacher: [[1, 2]] }], expected: { blockLogits: null, openObservations: 1 } },
    ],
  }).run();
  await new MetricTester(testPlugins.boring, "boring-accuracy", {
    cases: [
      { name: "one of three", steps: [{ labels: [1, 0], student: [[0, 1], [0, 1]] }, { labels: [0], student: [[0, 2]] }], expected: { accuracy: 1 / 3 } },
      { name: "all", steps: [{ labels: [1], student: [[0, 1]] }], expected: { accuracy: 1 } },
    ],
  }).run();
});

test("one that throws for every step: the others say that they could look at nothing", async () => {
  class Broken extends Mean {
    override observe(): void {
      throw new Error("on purpose");
    }
  }
  const failures = await new MetricTester(pluginFrom(() => new Broken()), "x").failures();
  expect(failures.get("it goes on after a checkpoint at any step")?.message).toMatch(/nothing could be checked: observe threw for step 0: on purpose/);
});

describe.each([
  ["gives NaN before the first step", "results are plain JSON", class extends Mean {
    override result = () => ({ mean: this.sum / this.count });
  }],
  ["lacks its primary key", "the primary key is in every result", class extends Mean {
    override result = () => ({ average: 0 });
  }],
  ["forgets when it is asked", "asking for the result changes nothing", class extends Mean {
    override result() {
      const result = super.result();
      this.sum = 0;
      return result;
    }
  }],
  ["throws for a batch of one", "every hook returns", class extends Mean {
    override observe(step: StepObservation) {
      if (step.labels.length === 1) throw new Error("no variance");
      super.observe(step);
    }
  }],
  ["reads a model that it does not name", "every hook returns", class extends Mean {
    override observe({ views }: StepObservation) {
      this.sum += views["original"]!.teacher!.logits.data[0]!;
    }
  }],
  ["draws by Math.random", "nothing is drawn by Math.random", class extends Mean {
    override observe = () => {
      this.sum += Math.random();
    };
  }],
  ["counts how often it is asked", "asking for the result changes nothing", class extends Mean {
    override observe(step: StepObservation) {
      super.observe(step);
      this.sum += this.asked;
    }
    asked = 0;
    override result() {
      this.asked += 1;
      return super.result();
    }
  }],
  ["sorts the logits in place", "observations stay as they are", class extends Mean {
    override observe(step: StepObservation) {
      step.views["original"]?.student?.logits.data.sort();
      super.observe(step);
    }
  }],
  ["keeps the arrays and computes at the end", "observations stay as they are", class extends Mean {
    kept: Float32Array[] = [];
    override observe({ views }: StepObservation) {
      const logits = views["original"]?.student?.logits;
      if (logits !== undefined) this.kept.push(logits.data);
    }
    override result = () => ({ mean: this.kept.length === 0 ? null : this.kept.reduce((sum, data) => sum + data[0]!, 0) });
    override save = (): Json => this.kept.map((data) => [...data]);
    override restore = (state: Json) => {
      this.kept = (state as number[][]).map((data) => Float32Array.from(data));
    };
  }],
  ["saves half of its state", "it goes on after a checkpoint", class extends Mean {
    override save = () => [this.sum, 0];
  }],
  ["saves a typed array", "it goes on after a checkpoint", class extends Mean {
    override save = () => Float64Array.of(this.sum, this.count) as unknown as Json;
  }],
  ["saves nothing during training", "it goes on after a checkpoint", class extends Mean {
    override save = undefined as never;
    override restore = undefined as never;
  }],
  ["throws what is no catalogued error without outputs", "outputs that are missing", class extends Mean {
    override observe({ views }: StepObservation) {
      this.sum += views["original"]!.student!.logits.data[0]!;
      this.count += 1;
    }
  }],
] as const)("one that %s", (_, check, Broken) => {
  test(`fails, alone: ${check}`, async () => {
    expect(await failing(() => new (Broken as new () => Metric)())).toEqual([expect.stringMatching(new RegExp(`^${check}`))]);
  });
});

test("only training demands a state that is saved", async () => {
  class Evaluating extends Mean {
    override readonly phases = ["evaluation"] as const;
    override save = undefined as never;
    override restore = undefined as never;
  }
  expect(await failing(() => new Evaluating())).toEqual([]);
});
