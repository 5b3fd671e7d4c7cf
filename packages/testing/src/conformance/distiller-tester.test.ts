import {
  define,
  definePlugin,
  distillerMisfit,
  type Distiller,
  type DistillerSubject,
  type LossContext,
  type PreparedDistiller,
  type Stage,
  type TensorLike,
  type Views,
} from "@kdf/core";
import { Linear } from "@kdf/nn";
import { add, clone, crossEntropy, detach, divide, divergence, floats, gather, keep, mean, multiply, scope, square, squareRoot, subtract, zeros } from "@kdf/tensor";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { testPlugins } from "../registry/test-plugins.js";
import { nothingChecked } from "./check.js";
import { DistillerTester, type DistillerTesterOptions } from "./distiller-tester.js";

type Losses = Record<string, TensorLike>;

/** Cross-entropy, divergence and a bank of logits: a distiller that is right, for others to go wrong from. */
class Right implements Distiller {
  #head!: Linear;

  prepare(subject: DistillerSubject): PreparedDistiller {
    if (subject.teacher === undefined || subject.teacher.classes !== subject.student.classes) {
      throw distillerMisfit({ distiller: "x", problem: "no teacher of these classes", expected: "one", fix: "name one" });
    }
    return {
      taps: { teacher: [], student: [] },
      extras: { head: this.head(subject) },
      state: { bank: zeros([subject.dataset.trainingSize, subject.student.classes]) },
      views: [{ id: "copy", from: "original", roles: ["student"], sample: (stream) => stream.uniform(), apply: (_, images) => clone(images) }],
      stages: [this.stage],
      losses: (views, context) => this.losses(views, context),
      weight: (term, at) => this.weight(term, at),
      update: (views, context) => this.update(views, context),
    };
  }

  head(subject: DistillerSubject): Linear {
    const { classes } = subject.student;
    return (this.#head = new Linear({ inputs: classes, outputs: classes }, subject.streams.at("head")));
  }

  get stage(): Stage {
    return { id: "only", trains: ["student", "extras"], views: ["original", "copy"], losses: ["entropy", "head", "divergence", "bank"] };
  }

  losses(views: Views, { labels, indices, state }: LossContext): Losses {
    const { student, teacher } = views["original"]!;
    return {
      entropy: crossEntropy(student!.logits, labels),
      head: crossEntropy(this.#head.forward(student!.logits), labels),
      divergence: divergence(teacher!.logits, student!.logits, 4),
      bank: mean(square(subtract(student!.logits, gather(state["bank"]!, indices)))),
    };
  }

  weight(_term: string, _at: { readonly epoch: number; readonly epochs: number }): number {
    return 1;
  }

  update(views: Views, { indices }: LossContext): ReturnType<NonNullable<PreparedDistiller["update"]>> {
    return { bank: { rows: clone(indices), values: clone(views["original"]!.teacher!.logits) } };
  }
}

/** `Right` with other parts of what it prepares. */
const changed = (change: (prepared: PreparedDistiller, subject: DistillerSubject) => Partial<PreparedDistiller>) =>
  class extends Right {
    override prepare(subject: DistillerSubject): PreparedDistiller {
      const prepared = super.prepare(subject);
      return { ...prepared, ...change(prepared, subject) };
    }
  };

const pluginFrom = (make: () => Distiller) =>
  definePlugin({ id: "x", provides: { distiller: { x: define({ summary: "x", options: z.strictObject({}), create: make }) } } });

/** The checks that fail for what they found; without cases, which are another test's subject. */
const failing = async (make: () => Distiller, options: DistillerTesterOptions = {}): Promise<string[]> =>
  [...(await new DistillerTester(pluginFrom(make), "x", options).failures())]
    .filter(([name, { message }]) => name !== "its tests prove what it does" && !message.includes(nothingChecked))
    .map(([name]) => name);

test("a distiller that is right passes", async () => {
  expect(await failing(() => new Right())).toEqual([]);
});

test("the kit's own distiller passes: two stages, an extra, a bank, a view", async () => {
  const labels = "the labels decide where it is least";
  await new DistillerTester(testPlugins["two-stage"], "two-stage", {
    options: [{}, { memory: 0 }],
    refused: [{ name: "a memory that only grows", options: { memory: 1.5 } }],
    minimum: {
      "crossEntropy.head": labels,
      "crossEntropy.original": labels,
      "divergence.original": 0,
      "divergence.augmented": 0,
      "distance.bank": "the bank holds outputs of the past",
      "distance.turned": "turned images have other outputs",
    },
    cases: [{
      name: "equal views, an empty bank: distances of 0, and the mean square of the logits",
      stage: "distill",
      labels: [0, 1],
      teacher: [[1, 0], [0, 1]],
      student: { logits: [[0, 0], [3, 1]], taps: { pooled: [[1, 2], [3, 4]] } },
      views: { turned: { student: { logits: [[0, 0], [0, 0]], taps: { pooled: [[1, 2], [3, 2]] } } } },
      // (0 + 0 + 9 + 1) / 4; of the taps one of four differs by 2; log 2 and log(1 + e²), by half.
      expected: { "distance.bank": 2.5, "distance.turned": 1, "crossEntropy.original": (Math.log(2) + Math.log(1 + Math.E ** 2)) / 2 },
    }],
  }).run();
}, 60_000);

describe.each([
  ["throws a plain error without a teacher", "what does not fit", class extends Right {
    override prepare(subject: DistillerSubject) {
      if (subject.teacher === undefined) throw new TypeError("teacher is undefined");
      return super.prepare(subject);
    }
  }],
  ["initialises by Math.random", "nothing is drawn by Math.random", class extends Right {
    override prepare(subject: DistillerSubject) {
      Math.random();
      return super.prepare(subject);
    }
  }],
  ["leaves a tensor while preparing", "preparing twice", class extends Right {
    override prepare(subject: DistillerSubject) {
      floats([1], [1]);
      return super.prepare(subject);
    }
  }],
  ["uses a view that nobody makes", "stages name what exists", changed(({ stages }) => ({ stages: [{ ...stages[0]!, views: ["original", "copy", "other"] }] }))],
  ["trains an extra that it lacks", "stages name what exists", changed(({ stages }) => ({ stages: [{ ...stages[0]!, trains: ["student", "extras", "extras.other"] }] }))],
  ["reads a tap that the student lacks", "stages name what exists", changed(() => ({ taps: { teacher: [], student: ["no such tap"] } }))],
  ["weighs by what it divides by zero", "weights are finite", class extends Right {
    override weight = (_: string, { epoch }: { readonly epoch: number }) => 1 / epoch;
  }],
  ["draws a view by Math.random", "nothing is drawn by Math.random", changed(({ views }) => ({ views: [{ ...views[0]!, sample: () => Math.random() }] }))],
  ["draws a view by the clock", "extra views", changed(({ views }) => ({ views: [{ ...views[0]!, sample: () => performance.now() }] }))],
  ["returns the batch's own images as a view", "extra views", changed(({ views }) => ({ views: [{ ...views[0]!, apply: (_, images) => images }] }))],
  ["adds a channel to a view", "extra views", changed(({ views }) => ({ views: [{ ...views[0]!, apply: (_, { shape }) => zeros([...shape.slice(0, 3), 2]) }] }))],
  ["returns a term that it did not declare", "losses are the stage's terms", class extends Right {
    override losses(views: Views, context: LossContext): Losses {
      return { ...super.losses(views, context), more: floats([0], []) };
    }
  }],
  ["returns a term for each image", "losses are the stage's terms", class extends Right {
    override losses(views: Views, context: LossContext): Losses {
      return { ...super.losses(views, context), bank: mean(square(views["original"]!.student!.logits), 1) };
    }
  }],
  ["divides by the rows less one", "terms are finite", class extends Right {
    override losses(views: Views, context: LossContext): Losses {
      const terms = super.losses(views, context);
      return { ...terms, bank: divide(terms["bank"]!, views["original"]!.student!.logits.shape[0]! - 1) };
    }
  }],
  ["turns a term round", "terms are not below what they can be", class extends Right {
    override losses(views: Views, context: LossContext): Losses {
      const terms = super.losses(views, context);
      return { ...terms, bank: multiply(terms["bank"]!, -1) };
    }
  }],
  ["takes the root of a distance that may be zero", "terms and gradients are finite where all outputs are alike", class extends Right {
    override losses(views: Views, context: LossContext): Losses {
      const { student, teacher } = views["original"]!;
      return { ...super.losses(views, context), divergence: squareRoot(mean(square(subtract(student!.logits, teacher!.logits)))) };
    }
  }],
  ["keeps a tensor", "losses leave their inputs", class extends Right {
    override losses(views: Views, context: LossContext): Losses {
      keep(floats([1], [1]));
      return super.losses(views, context);
    }
  }],
  ["disposes the labels", "losses leave their inputs", class extends Right {
    override losses(views: Views, context: LossContext): Losses {
      const terms = super.losses(views, context);
      context.labels.dispose();
      return terms;
    }
  }],
  ["stops a gradient in silence", "the gradient is that of the losses", class extends Right {
    override losses(views: Views, context: LossContext): Losses {
      const { logits } = views["original"]!.student!;
      return { ...super.losses(views, context), bank: mean(multiply(logits, detach(logits))) };
    }
  }],
  ["depends on nothing that trains", "the gradient reaches all that trains", class extends Right {
    override losses(views: Views, context: LossContext): Losses {
      const terms = super.losses(views, context);
      return Object.fromEntries(Object.entries(terms).map(([name, term]) => [name, detach(term)]));
    }
  }],
  ["never reads what its extra makes", "the gradient reaches all that trains", class extends Right {
    override losses(views: Views, context: LossContext): Losses {
      const terms = super.losses(views, context);
      return { ...terms, head: terms["entropy"]! };
    }
  }],
  ["trains no extra, and has one", "each trainable extra trains", class extends Right {
    override get stage(): Stage {
      return { ...super.stage, trains: ["student"] };
    }
  }],
  ["throws for a batch of one", "every hook returns", class extends Right {
    override losses(views: Views, context: LossContext): Losses {
      if (context.labels.shape[0] === 1) throw new Error("no pairs");
      return super.losses(views, context);
    }
  }],
  ["throws for odd sides", "every hook returns", changed(({ views }) => ({
    views: [{ ...views[0]!, apply: (_, images) => {
      if (images.shape[1]! % 2 === 1) throw new Error("no half");
      return clone(images);
    } }],
  }))],
  ["takes a teacher of other classes and fails with it", "what does not fit", class extends Right {
    override prepare(subject: DistillerSubject) {
      const { teacher, student } = subject;
      return super.prepare(teacher === undefined ? subject : { ...subject, teacher: { ...teacher, classes: student.classes } });
    }
  }],
  ["counts the calls of all its instances", "terms are the same again", class Counting extends Right {
    static calls = 0;
    override losses(views: Views, context: LossContext): Losses {
      const terms = super.losses(views, context);
      return { ...terms, bank: multiply(terms["bank"]!, 1 + (Counting.calls += 1) * 1e-5) };
    }
  }],
  ["counts its updates in a field", "it goes on after a checkpoint", class extends Right {
    updates = 0;
    override losses(views: Views, context: LossContext): Losses {
      const terms = super.losses(views, context);
      return { ...terms, bank: multiply(terms["bank"]!, 1 + this.updates) };
    }
    override update(views: Views, context: LossContext) {
      this.updates += 1;
      return super.update(views, context);
    }
  }],
  ["updates state that it did not declare", "updates are of declared state", class extends Right {
    override update = () => ({ other: { value: zeros([1]) } });
  }],
  ["updates with another shape", "updates are of declared state", class extends Right {
    override update = () => ({ bank: { value: zeros([1]) } });
  }],
  ["returns the step's own tensors", "updates are of declared state", class extends Right {
    override update = (views: Views, { indices }: LossContext) => ({ bank: { rows: indices, values: views["original"]!.teacher!.logits } });
  }],
  ["leaves a tensor while updating", "updates are of declared state", class extends Right {
    override update(views: Views, context: LossContext) {
      keep(add(views["original"]!.teacher!.logits, 1));
      return super.update(views, context);
    }
  }],
] as const)("one that %s", (_, check, Broken) => {
  test(`fails, alone: ${check}`, async () => {
    expect(await failing(() => new (Broken as new () => Distiller)())).toEqual([expect.stringMatching(new RegExp(`^${check}`))]);
  });
});

describe("a term's minimum", () => {
  const failingWith = (divergenceAt: number, make: () => Distiller = () => new Right()) => failing(make, { minimum: { divergence: divergenceAt } });
  const least = [expect.stringMatching(/^terms are least where/)];
  const low = [expect.stringMatching(/^terms are not below/), ...least];

  test("as declared passes, another fails", async () => {
    expect(await failingWith(0)).toEqual([]);
    expect(await failingWith(0.5)).toEqual(low);
  });

  test("of a term that falls when the student leaves the teacher fails", async () => {
    class Upside extends Right {
      override losses(views: Views, context: LossContext): Losses {
        const terms = super.losses(views, context);
        return { ...terms, divergence: multiply(terms["divergence"]!, -1) };
      }
    }
    expect(await failingWith(0, () => new Upside())).toEqual(low);
  });

  test("of a term that is always the same fails", async () => {
    class Flat extends Right {
      override losses(views: Views, context: LossContext): Losses {
        return { ...super.losses(views, context), divergence: floats([0], []) };
      }
    }
    expect(await failingWith(0, () => new Flat())).toEqual(least);
  });
});

test("a term that may be below 0 is named and passes", async () => {
  class Turned extends Right {
    override losses(views: Views, context: LossContext): Losses {
      const terms = super.losses(views, context);
      return { ...terms, bank: multiply(terms["bank"]!, -1) };
    }
  }
  expect(await failing(() => new Turned(), { negativeTerms: ["bank"] })).toEqual([]);
});

test("a gradient stopped on purpose is named and passes", async () => {
  class Stopping extends Right {
    override losses(views: Views, context: LossContext): Losses {
      const { logits } = views["original"]!.student!;
      return { ...super.losses(views, context), bank: scope(() => mean(multiply(logits, detach(logits)))) };
    }
  }
  expect(await failing(() => new Stopping(), { stoppedGradients: ["bank"] })).toEqual([]);
});
