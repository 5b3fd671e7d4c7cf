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
import { add, clone, crossEntropy, detach, divide, divergence, floats, gather, keep, mean, multiply, scope, square, subtract, zeros } from "@kdf/tensor";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { testPlugins } from "../registry/test-plugins.js";
import { DistillerTester, type DistillerTesterOptions } from "./distiller-tester.js";

type Losses = Record<string, TensorLike>;

/** Cross-entropy, divergence and a bank of logits: a distiller that is right, for others to go wrong from. */
class Right implements Distiller {
  prepare(subject: DistillerSubject): PreparedDistiller {
    if (subject.teacher === undefined || subject.teacher.classes !== subject.student.classes) {
      throw distillerMisfit({ distiller: "x", problem: "no teacher of these classes", expected: "one", fix: "name one" });
    }
    return {
      taps: { teacher: [], student: [] },
      extras: { head: new Linear({ inputs: 2, outputs: 2 }, subject.streams.at("head")) },
      state: { bank: zeros([subject.dataset.trainingSize, subject.student.classes]) },
      views: [{ id: "copy", from: "original", roles: ["student"], sample: (stream) => stream.uniform(), apply: (_, images) => clone(images) }],
      stages: [this.stage],
      losses: (views, context) => this.losses(views, context),
      weight: (term, at) => this.weight(term, at),
      update: (views, context) => this.update(views, context),
    };
  }

  get stage(): Stage {
    return { id: "only", trains: ["student"], views: ["original", "copy"], losses: ["entropy", "divergence", "bank"] };
  }

  losses(views: Views, { labels, indices, state }: LossContext): Losses {
    const { student, teacher } = views["original"]!;
    return {
      entropy: crossEntropy(student!.logits, labels),
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

const failing = async (make: () => Distiller, options: DistillerTesterOptions = {}): Promise<string[]> => {
  const plugin = definePlugin({ id: "x", provides: { distiller: { x: define({ summary: "x", options: z.strictObject({}), create: make }) } } });
  return [...(await new DistillerTester(plugin, "x", options).failures()).keys()];
};

test("a distiller that is right passes", async () => {
  expect(await failing(() => new Right())).toEqual([]);
});

test("the kit's own distiller passes: two stages, an extra, a bank, a view", async () => {
  await new DistillerTester(testPlugins["two-stage"], "two-stage", { options: [{}, { memory: 0 }] }).run();
}, 30_000);

describe.each([
  ["throws a plain error without a teacher", "what does not fit", class extends Right {
    override prepare(subject: DistillerSubject) {
      if (subject.teacher === undefined) throw new TypeError("teacher is undefined");
      return super.prepare(subject);
    }
  }],
  ["initialises by Math.random", "preparing twice", class extends Right {
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
  ["uses a view that nobody makes", "stages name what exists", changed(({ stages }) => ({ stages: [{ ...stages[0]!, views: ["original", "other"] }], losses: () => ({}), update: () => ({}) }))],
  ["trains an extra that it lacks", "stages name what exists", changed(({ stages }) => ({ stages: [{ ...stages[0]!, trains: ["extras.other"] }] }))],
  ["reads a tap that the student lacks", "stages name what exists", changed(() => ({ taps: { teacher: [], student: ["no such tap"] } }))],
  ["weighs by what it divides by zero", "weights are finite", class extends Right {
    override weight = (_: string, { epoch }: { readonly epoch: number }) => 1 / epoch;
  }],
  ["draws a view by Math.random", "extra views", changed(({ views }) => ({ views: [{ ...views[0]!, sample: () => Math.random() }] }))],
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
  ["divides by the rows less one", "losses are the stage's terms", class extends Right {
    override losses(views: Views, context: LossContext): Losses {
      const terms = super.losses(views, context);
      return { ...terms, bank: divide(terms["bank"]!, views["original"]!.student!.logits.shape[0]! - 1) };
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
  ["depends on nothing that trains", "the gradient is that of the losses", class extends Right {
    override losses(views: Views, context: LossContext): Losses {
      const terms = super.losses(views, context);
      return Object.fromEntries(Object.entries(terms).map(([name, term]) => [name, detach(term)]));
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
  test(`fails: ${check}`, async () => {
    expect(await failing(() => new (Broken as new () => Distiller)())).toContainEqual(expect.stringMatching(new RegExp(`^${check}`)));
  });
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
