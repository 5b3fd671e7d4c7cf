import { createStreams } from "@kdf/tensor";
import { describe, expect, test } from "vitest";
import { ScriptedStream } from "./scripted-stream.js";

const script = { uniform: [0.25, 0], integer: [2], normal: [-1.5], beta: [1], permutation: [[1, 0, 2]], choose: [[4, 1]] };

test("gives what it was told, each draw in its own order", () => {
  const stream = new ScriptedStream(script);
  expect([stream.uniform(), stream.integer(3), stream.uniform(), stream.normal(), stream.beta(1, 1)]).toEqual([0.25, 2, 0, -1.5, 1]);
  expect([stream.permutation(3), stream.choose(5, 2)]).toEqual([[1, 0, 2], [4, 1]]);
  stream.demandEmpty();
});

test("gives arrays of their own: who sorts one changes no script", () => {
  const told = [[2, 0, 1]];
  new ScriptedStream({ permutation: told }).permutation(3).sort();
  expect(told).toEqual([[2, 0, 1]]);
});

test.each(["uniform", "integer", "normal", "beta", "permutation", "choose"] as const)("%s beyond the script fails by name", (draw) => {
  const stream = new ScriptedStream({ ...script, [draw]: [] });
  const call = { uniform: () => stream.uniform(), integer: () => stream.integer(3), normal: () => stream.normal(), beta: () => stream.beta(1, 1), permutation: () => stream.permutation(3), choose: () => stream.choose(5, 2) }[draw];
  expect(call).toThrow(new RangeError(`${draw} was drawn 1 times, and the script has 0 for it`));
});

test("what was not drawn is told", () => {
  const stream = new ScriptedStream({ uniform: [0.1, 0.2, 0.3], normal: [0] });
  stream.uniform();
  expect(() => stream.demandEmpty()).toThrow("2 of uniform, 1 of normal left");
});

describe("what no stream would give is refused", () => {
  test.each([
    ["uniform of 1", () => new ScriptedStream({ uniform: [1] }).uniform()],
    ["an integer at its bound", () => new ScriptedStream({ integer: [3] }).integer(3)],
    ["a part of an integer", () => new ScriptedStream({ integer: [0.5] }).integer(3)],
    ["a beta above 1", () => new ScriptedStream({ beta: [1.1] }).beta(1, 1)],
    ["a normal that is no number", () => new ScriptedStream({ normal: [Number.NaN] }).normal()],
    ["a permutation of another length", () => new ScriptedStream({ permutation: [[0, 1]] }).permutation(3)],
    ["a permutation with a number twice", () => new ScriptedStream({ permutation: [[0, 1, 1]] }).permutation(3)],
    ["a choice beyond the bound", () => new ScriptedStream({ choose: [[0, 5]] }).choose(5, 2)],
  ])("%s", (_, draw) => {
    expect(draw).toThrow(/^the script gives/);
  });

  test("and what the real stream gives is not", () => {
    const real = createStreams(3).at("script");
    const drawn = { uniform: [real.uniform()], integer: [real.integer(7)], normal: [real.normal()], beta: [real.beta(2, 5)], permutation: [real.permutation(4)], choose: [real.choose(9, 3)] };
    const stream = new ScriptedStream(drawn);
    expect([stream.uniform(), stream.integer(7), stream.normal(), stream.beta(2, 5), stream.permutation(4), stream.choose(9, 3)]).toEqual(Object.values(drawn).map(([value]) => value));
  });
});
