import { optimizerSchema, type OptimizerConfiguration } from "@kdf/core";
import { beforeAll, describe, expect, test } from "vitest";
import {
  clone,
  createOptimizer,
  disposeAll,
  floats,
  Parameter,
  readNow,
  scope,
  startReferenceEngine,
  tensorCount,
  type Tensor,
} from "../index.js";

// 20 steps against PyTorch's own optimizers: test/parity/optimizers.test.ts. Here: single steps by hand, and slots.

beforeAll(startReferenceEngine);

const configuration = (given: unknown): OptimizerConfiguration => optimizerSchema.parse(given);
const plain = { weightDecay: 0, momentum: 0 };
const kinds: readonly (readonly [string, Partial<OptimizerConfiguration>])[] = [
  ["sgd", { id: "sgd" }],
  ["sgd with Nesterov", { id: "sgd", nesterov: true }],
  ["sgd without momentum", { id: "sgd", momentum: 0 }],
  ["adamw", { id: "adamw", weightDecay: 0.01 }],
];

/** Values of a parameter that starts at `start`, after each step by the gradients given. */
function trace(settings: unknown, start: number, gradients: readonly number[], rate: number): number[] {
  const optimizer = createOptimizer(configuration(settings));
  const parameters = new Map([["p", makeParameter([start])]]);
  const values = gradients.map((gradient) => {
    applyStep(optimizer, parameters, { p: [gradient] }, rate);
    return readNow(parameters.get("p")!.value)[0]!;
  });
  optimizer.dispose();
  parameters.get("p")!.dispose();
  return values;
}

describe("sgd by hand", () => {
  test("the plain step", () => {
    expectValues(trace({ id: "sgd", ...plain }, 1, [2, -1], 0.1), [0.8, 0.9]);
  });

  test("weight decay joins the gradient", () => {
    // 1 - 0.1·(2 + 0.5·1) = 0.75; 0.75 - 0.1·(2 + 0.5·0.75) = 0.5125
    expectValues(trace({ id: "sgd", ...plain, weightDecay: 0.5 }, 1, [2, 2], 0.1), [0.75, 0.5125]);
  });

  test("the first step's buffer is the gradient itself, not its undamped part", () => {
    // b = 2, 0.9·2 + 1 = 2.8, 0.9·2.8 + 0 = 2.52
    expectValues(trace({ id: "sgd", momentum: 0.9, weightDecay: 0 }, 1, [2, 1, 0], 0.1), [0.8, 0.52, 0.268]);
  });

  test("Nesterov looks ahead", () => {
    // b = 2: 2 + 0.9·2 = 3.8; b = 2.8: 1 + 0.9·2.8 = 3.52
    expectValues(trace({ id: "sgd", momentum: 0.9, nesterov: true, weightDecay: 0 }, 1, [2, 1], 0.1), [0.62, 0.268]);
  });

  test("the buffer does not hold the rate: a change of rate acts at once", () => {
    const optimizer = createOptimizer(configuration({ id: "sgd", momentum: 0.5, weightDecay: 0 }));
    const parameters = new Map([["p", makeParameter([0])]]);
    applyStep(optimizer, parameters, { p: [1] }, 1);
    applyStep(optimizer, parameters, { p: [0] }, 0.1);
    expectValues([...readNow(parameters.get("p")!.value)], [-1.05]);
    optimizer.dispose();
    parameters.get("p")!.dispose();
  });
});

test("adamw by hand: the first step moves by the rate, whatever the gradient, after decay", () => {
  // m/(1-b1) = g and v/(1-b2) = g²: g / (|g| + 1e-8). Decay: 2·(1 - 0.1·0.5) = 1.9.
  expectValues(trace({ id: "adamw", weightDecay: 0.5 }, 2, [1e-3], 0.1), [1.9 - 0.1 * (1e-3 / (1e-3 + 1e-8))]);
  // Second step with gradient -g: m = 0.9·0.1g - 0.1g = -0.01g, corrected by 0.19; v corrected is g².
  expectValues(trace({ id: "adamw", weightDecay: 0 }, 0, [1, -1], 0.1), [-0.1, -0.1 + 0.1 * (0.01 / 0.19)]);
});

describe.each(kinds)("%s", (_, settings) => {
  const make = () => createOptimizer(configuration(settings));

  test("leaves no tensor behind but its slots, and none once disposed; gradients stay the caller's", () => {
    const parameters = new Map([["a", makeParameter([1, 2])], ["b", makeParameter([3])]]);
    const before = tensorCount();
    const optimizer = make();
    const gradients = new Map<string, Tensor>([["a", floats([1, 1], [2])], ["b", floats([1], [1])]]);
    for (let round = 0; round < 3; round += 1) optimizer.step(parameters, gradients, 0.1);
    expect([...readNow(gradients.get("a")!)]).toEqual([1, 1]);
    disposeAll([...gradients.values()]);
    const slots = optimizer.slots().size;
    expect(tensorCount()).toBe(before + slots);
    optimizer.slots();
    expect(tensorCount()).toBe(before + slots);
    optimizer.dispose();
    expect(tensorCount()).toBe(before);
    parameters.forEach((parameter) => parameter.dispose());
  });

  test("slots survive a scope around the step", () => {
    const parameters = new Map([["a", makeParameter([1, 2])]]);
    const optimizer = make();
    for (let round = 0; round < 2; round += 1) {
      scope(() => {
        optimizer.step(parameters, new Map([["a", floats([1, 1], [2])]]), 0.1);
      });
    }
    for (const slot of optimizer.slots().values()) expect(readNow(slot).every(Number.isFinite)).toBe(true);
    optimizer.dispose();
    parameters.get("a")!.dispose();
  });

  test("goes on from its slots exactly, by name and not by order", () => {
    const gradientsOf = (round: number): Record<string, number[]> => ({ a: [Math.sin(round), 0.3], b: [round - 2] });
    const straight = { optimizer: make(), parameters: new Map([["a", makeParameter([1, 2])], ["b", makeParameter([3])]]) };
    for (let round = 0; round < 3; round += 1) applyStep(straight.optimizer, straight.parameters, gradientsOf(round), 0.1);

    const resumed = {
      optimizer: make(),
      parameters: new Map(
        ["b", "a"].map((name) => [name, new Parameter(straight.parameters.get(name)!.value)] as const),
      ),
    };
    resumed.optimizer.restore(new Map([...straight.optimizer.slots()].reverse().map(([name, slot]) => [name, clone(slot)])));
    for (let round = 3; round < 6; round += 1) {
      applyStep(straight.optimizer, straight.parameters, gradientsOf(round), 0.1);
      applyStep(resumed.optimizer, resumed.parameters, gradientsOf(round), 0.1);
    }
    for (const name of ["a", "b"]) {
      expect(readNow(resumed.parameters.get(name)!.value)).toEqual(readNow(straight.parameters.get(name)!.value));
    }
    for (const { optimizer, parameters } of [straight, resumed]) {
      optimizer.dispose();
      parameters.forEach((parameter) => parameter.dispose());
    }
  });

  test("parameters that come and go are updated as if each had an optimizer of its own", () => {
    const present = [["a"], ["a", "b"], ["b"], ["b", "a"], ["a"]];
    const gradientOf = (name: string, round: number): number[] => (name === "a" ? [Math.sin(round), 0.3] : [round - 2]);
    const run = (names: readonly string[]): number[][] => {
      const optimizer = make();
      const parameters = new Map(names.map((name) => [name, makeParameter(name === "a" ? [1, 2] : [3])] as const));
      present.forEach((list, round) => {
        const here = list.filter((name) => parameters.has(name));
        applyStep(optimizer, parameters, Object.fromEntries(here.map((name) => [name, gradientOf(name, round)])), 0.1);
      });
      const values = names.map((name) => [...readNow(parameters.get(name)!.value)]);
      optimizer.dispose();
      parameters.forEach((parameter) => parameter.dispose());
      return values;
    };
    expect(run(["a", "b"])).toEqual([...run(["a"]), ...run(["b"])]);
  });

  test("a parameter without a gradient stays as it is, and so do its slots", () => {
    const parameters = new Map([["a", makeParameter([1])], ["b", makeParameter([1])]]);
    const optimizer = make();
    applyStep(optimizer, parameters, { a: [1], b: [1] }, 0.1);
    const value = readNow(parameters.get("b")!.value)[0]!;
    const slots = new Map([...optimizer.slots()].map(([name, slot]) => [name, readNow(slot)[0]!]));
    applyStep(optimizer, parameters, { a: [1] }, 0.1);
    expect(readNow(parameters.get("b")!.value)[0]).toBe(value);
    for (const [name, slot] of optimizer.slots()) if (name.startsWith("b.")) expect(readNow(slot)[0]).toBe(slots.get(name));
    optimizer.dispose();
    parameters.forEach((parameter) => parameter.dispose());
  });
});

test("slots of another optimizer are refused", () => {
  const foreign = floats([1], [1]);
  expect(() => createOptimizer(configuration({ id: "adamw" })).restore(new Map([["a.momentumBuffer", foreign]]))).toThrow(
    expect.objectContaining({ code: "KDF_RESUME_MISMATCH" }),
  );
  foreign.dispose();
});

function makeParameter(values: readonly number[]): Parameter {
  const initial = floats(values, [values.length]);
  const parameter = new Parameter(initial);
  initial.dispose();
  return parameter;
}

function applyStep(
  optimizer: ReturnType<typeof createOptimizer>,
  parameters: ReadonlyMap<string, Parameter>,
  gradients: Readonly<Record<string, readonly number[]>>,
  rate: number,
): void {
  const tensors = new Map(Object.entries(gradients).map(([name, values]) => [name, floats(values, [values.length])]));
  optimizer.step(parameters, tensors, rate);
  disposeAll([...tensors.values()]);
}

function expectValues(got: readonly number[], expected: readonly number[]): void {
  expect(got).toHaveLength(expected.length);
  got.forEach((value, place) => expect(value).toBeCloseTo(expected[place]!, 6));
}
