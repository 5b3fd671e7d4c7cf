import type { Distiller, DistillerSubject, LossContext, ModelDescription, PreparedDistiller, Stage, Views } from "@kdf/core";
import { createStreams, disposeAll, floats, integers, readNow, scalar, startReferenceEngine, tensorCount, zeros } from "@kdf/tensor";
import { DistillerTester, pluginOf, TwoStage } from "@kdf/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { CombinedDistiller } from "./combined-distiller.js";

beforeAll(startReferenceEngine);

const model: ModelDescription = { network: "any", input: { size: 4, channels: 1, mean: [0], std: [1] }, classes: 2, taps: { pooled: [3], map: [2, 2, 1] } };
const subject: DistillerSubject = {
  teacher: model,
  student: model,
  dataset: { classes: ["a", "b"], trainingSize: 4, labels: Int32Array.of(0, 1, 0, 1) },
  augmented: true,
  epochs: 9,
  streams: createStreams(0),
};

const lastStage: Stage = { id: "distill", trains: ["student"], views: ["original"], losses: ["crossEntropy.original"] };

/** A distiller whose terms are numbers: its own, and one each more; it keeps what it was called with. */
class Fake implements Distiller {
  readonly calls: { readonly hook: string; readonly views: Views; readonly context: LossContext }[] = [];
  readonly #number: number;
  readonly #parts: Partial<PreparedDistiller>;

  constructor(number: number, parts: Partial<PreparedDistiller> = {}) {
    this.#number = number;
    this.#parts = parts;
  }

  prepare(): PreparedDistiller {
    const stages = this.#parts.stages ?? [lastStage];
    return {
      taps: { teacher: [], student: [] },
      extras: {},
      state: {},
      views: [],
      stages,
      losses: (views, context) => {
        this.calls.push({ hook: "losses", views, context });
        const { losses } = stages.find(({ id }) => id === context.stage)!;
        return Object.fromEntries(losses.map((term, place) => [term, scalar(this.#number + place)]));
      },
      weight: (term, { stage, epoch, epochs }) => this.#number * (term.length + stage.length + epoch / epochs),
      ...this.#parts,
    };
  }
}

const combine = (parts: Readonly<Record<string, Distiller>>): PreparedDistiller =>
  new CombinedDistiller(Object.entries(parts).map(([id, distiller]) => ({ id, distiller }))).prepare(subject);

const rows = { labels: Int32Array.of(0, 1), indices: Int32Array.of(2, 3) };

function contextAt(stage: string, state: LossContext["state"] = {}): LossContext {
  const at = { epoch: 1, step: 2 };
  return { labels: integers(rows.labels, [2]), indices: integers(rows.indices, [2]), rows, state, stage, ...at, position: { stage: 0, ...at } };
}

const disposeContext = ({ labels, indices }: LossContext): void => disposeAll([labels, indices]);

function valuesOf(prepared: PreparedDistiller, stage: string): Record<string, number> {
  const context = contextAt(stage, prepared.state);
  const terms = prepared.losses({ original: {}, augmented: {} }, context);
  const values = Object.fromEntries(Object.entries(terms).map(([name, term]) => [name, readNow(term)[0]!]));
  disposeAll(terms as never);
  disposeContext(context);
  return values;
}

const dispose = (prepared: PreparedDistiller): void => {
  Object.values(prepared.extras).forEach((extra) => extra.dispose());
  disposeAll(prepared.state as never);
};

const misfit = (...words: string[]) =>
  expect.objectContaining({ code: "KDF_DISTILLER_MISFIT", message: expect.stringMatching(words.join("[^]*")) });

describe("what parts declare", () => {
  it("is united: taps, extras, state and views, and stages one after another but for the last", () => {
    const kd = new Fake(1, { stages: [{ ...lastStage, views: ["original", "augmented"], losses: ["crossEntropy.original", "divergence.augmented", "own"] }] });
    const prepared = combine({ "two-stage": new TwoStage({ headEpochs: 3, memory: 0.5 }), kd });
    expect(prepared.taps).toEqual({ teacher: [], student: ["pooled"] });
    expect(Object.keys(prepared.extras)).toEqual(["two-stage.head"]);
    expect(Object.keys(prepared.state)).toEqual(["two-stage.bank", "two-stage.centre"]);
    expect(prepared.views.map(({ id }) => id)).toEqual(["turned"]);
    expect(prepared.stages).toEqual([
      expect.objectContaining({ id: "two-stage.head", trains: ["extras.two-stage.head"], views: ["original"], losses: ["crossEntropy.head"], epochs: 3 }),
      {
        id: "distill",
        trains: ["student", "extras.two-stage"],
        views: ["original", "turned", "augmented"],
        losses: ["crossEntropy.original", "crossEntropy.head", "divergence.original", "distance.bank", "distance.turned", "divergence.augmented", "own"],
      },
    ]);
    dispose(prepared);
  });

  it("keeps the order of the parts, and the names of their last stages", () => {
    const stages = (last: string): Stage[] => [{ ...lastStage, id: "first" }, { ...lastStage, id: last }];
    const prepared = combine({ a: new Fake(1, { stages: stages("tune") }), b: new Fake(2, { stages: stages("distill") }) });
    expect(prepared.stages.map(({ id }) => id)).toEqual(["a.first", "b.first", "tune+distill"]);
  });

  it("forwards a model in the last stage where one part reads it", () => {
    const roles = (...given: readonly (readonly ("teacher" | "student")[] | undefined)[]) =>
      combine(Object.fromEntries(given.map((own, place) => [`p${place}`, new Fake(1, { stages: [{ ...lastStage, ...(own && { roles: own }) }] })]))).stages[0]!.roles;
    expect(roles(["student"], ["student"])).toEqual(["student"]);
    expect(roles(["student"], ["teacher"])).toEqual(["student", "teacher"]);
    expect(roles(["student"], undefined)).toBeUndefined();
  });

  it("is named by the part on the host too", () => {
    const bank = { shape: [4, 1], values: new Float32Array(4) };
    expect(combine({ a: new Fake(1, { hostState: { bank } }), b: new Fake(2) }).hostState).toEqual({ "a.bank": bank });
  });
});

describe("terms and weights", () => {
  const stage = (...losses: string[]): Partial<PreparedDistiller> => ({ stages: [{ ...lastStage, losses }] });

  it("of one name are the first part's", () => {
    const before = tensorCount();
    const prepared = combine({ a: new Fake(10, stage("crossEntropy.original", "a")), b: new Fake(20, stage("b", "crossEntropy.original")) });
    expect(valuesOf(prepared, "distill")).toEqual({ "crossEntropy.original": 10, a: 11, b: 20 });
    const at = { stage: "distill", epoch: 1, epochs: 4 };
    const weights = prepared.stages[0]!.losses.map((term) => prepared.weight(term, at));
    expect(weights).toEqual([10 * (21 + 7 + 0.25), 10 * (1 + 7 + 0.25), 20 * (1 + 7 + 0.25)]);
    expect(tensorCount()).toBe(before);
  });

  it("of an earlier stage are its part's alone, and weigh by the part's own name of it", () => {
    const early: Stage = { ...lastStage, id: "early", losses: ["crossEntropy.original"] };
    const prepared = combine({ a: new Fake(10), b: new Fake(20, { stages: [early, lastStage] }) });
    expect(valuesOf(prepared, "b.early")).toEqual({ "crossEntropy.original": 20 });
    expect(prepared.weight("crossEntropy.original", { stage: "b.early", epoch: 0, epochs: 1 })).toBe(20 * (21 + 5));
    expect(valuesOf(prepared, "distill")).toEqual({ "crossEntropy.original": 10 });
  });

  it("that no stage declares are passed on, for the trainer to refuse", () => {
    const prepared = combine({ a: new Fake(1), b: new Fake(2, { losses: () => ({ "crossEntropy.original": scalar(1), other: scalar(2) }) }) });
    expect(valuesOf(prepared, "distill")).toEqual({ "crossEntropy.original": 1, other: 2 });
  });
});

describe("a part", () => {
  it("sees its own state, views and stage, and updates its own state", () => {
    const update = (views: Views, context: LossContext) => {
      b.calls.push({ hook: "update", views, context });
      return { bank: { value: zeros([1]) } };
    };
    const a = new Fake(1, { state: { bank: floats([1], [1]) } });
    const b: Fake = new Fake(2, { state: { bank: floats([2], [1]) }, stages: [{ ...lastStage, id: "tune", views: ["augmented"] }], update });
    const prepared = combine({ a, b });
    expect(valuesOf(prepared, "distill+tune")).toEqual({ "crossEntropy.original": 1 });
    const context = contextAt("distill+tune", prepared.state);
    const updates = prepared.update!({ original: {}, augmented: {} }, context);
    expect(Object.keys(updates)).toEqual(["b.bank"]);
    const seen = (fake: Fake) => fake.calls.map(({ hook, views, context: { stage, state, position } }) => ({ hook, stage, views: Object.keys(views), bank: readNow(state["bank"]!)[0], position }));
    const position = { stage: 0, epoch: 1, step: 2 };
    expect(seen(a)).toEqual([{ hook: "losses", stage: "distill", views: ["original"], bank: 1, position }]);
    expect(seen(b)).toEqual(["losses", "update"].map((hook) => ({ hook, stage: "tune", views: ["augmented"], bank: 2, position })));
    disposeAll([Object.values(updates) as never, prepared.state as never]);
    disposeContext(context);
  });

  it("that does not fit is named, and nothing is left of the others", () => {
    const before = tensorCount();
    const failing: Distiller = { prepare: () => { throw new TypeError("no such thing"); } };
    expect(() => combine({ "two-stage": new TwoStage({ headEpochs: 1, memory: 0 }), failing })).toThrow(
      expect.objectContaining({ code: "KDF_PLUGIN_THREW", message: expect.stringMatching(/distiller failing[^]*two-stage\+failing/) }),
    );
    expect(tensorCount()).toBe(before);
  });
});

describe("last stages", () => {
  const last = (stage: Partial<Stage>) => new Fake(1, { stages: [{ ...lastStage, ...stage }] });
  const constant = { id: "constant", warmupEpochs: 0 } as const;

  it("that agree, or do not care, are one", () => {
    const prepared = combine({
      a: last({ optimizer: { learningRate: 0.1 }, epochs: 3 }),
      b: last({ optimizer: { learningRate: 0.1, momentum: 0 }, schedule: constant }),
      c: last({ schedule: constant, epochs: 3 }),
    });
    expect(prepared.stages[0]).toMatchObject({ optimizer: { learningRate: 0.1, momentum: 0 }, schedule: constant, epochs: 3 });
  });

  it.each([
    ["optimizer's learningRate", { optimizer: { learningRate: 0.1 } }, { optimizer: { learningRate: 0.2 } }],
    ["schedule", { schedule: constant }, { schedule: { id: "cosine", warmupEpochs: 0, finalFactor: 0 } as const }],
    ["epochs", { epochs: 3 }, { epochs: 4 }],
  ])("that want another %s are refused, both named", (what, one, other) => {
    const before = tensorCount();
    expect(() => combine({ a: last(one), b: last({}), c: last(other) })).toThrow(misfit(`a wants the ${what}`, "and c"));
    expect(tensorCount()).toBe(before);
  });

  it("of parts that make a view of one name are refused, both named", () => {
    const twice = (): Distiller => new TwoStage({ headEpochs: 1, memory: 0 });
    expect(() => combine({ a: twice(), b: twice() })).toThrow(misfit("a and b both make a view named turned"));
  });
});

describe("a combination is what every distiller must be", () => {
  const parts = (): Distiller[] => [new TwoStage({ headEpochs: 1, memory: 0.5 }), new Fake(1)];
  const make = (): Distiller => new CombinedDistiller(parts().map((distiller, place) => ({ id: `part-${place}`, distiller })));
  const needed = ["preparing twice", "stages name", "losses", "the gradient reaches", "each trainable", "updates", "it goes on"];
  const { checks } = new DistillerTester(pluginOf("x", { distiller: { x: make } }), "x");
  const chosen = checks.filter(({ name }) => needed.some((start) => name.startsWith(start)));
  it.each(chosen)("$name", ({ run }) => run());
});
