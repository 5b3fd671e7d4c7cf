import type { ModelDescription } from "@kdf/core";
import { describe, expect, it } from "vitest";
import {
  lastMapPair,
  mapPairAt,
  mapPairs,
  pooledPair,
  preactivationPairs,
  stageMapPairs,
  tapPairsOption,
  tapsOfPairs,
  tensorsOfPair,
  type NamedTapPairs,
  type TapPair,
  type TapQuestion,
} from "./tap-pairs.js";

const model = (network: string, taps: ModelDescription["taps"]): ModelDescription => ({
  network, input: { size: 32, channels: 3, mean: [0, 0, 0], std: [1, 1, 1] }, classes: 10, taps,
});

/** As the zoos name theirs: maps, pooled, and perhaps the maps before their ReLU. */
function zoo(network: string, widths: readonly number[], { rectified = true } = {}): ModelDescription {
  const maps = widths.map((width, place): [string, number[]] => [`f${place}`, [32 >> place, 32 >> place, width]]);
  return model(network, {
    ...Object.fromEntries(maps),
    pooled: [widths.at(-1)!],
    ...(rectified && Object.fromEntries(maps.map(([name, shape]) => [`${name}Preactivation`, shape]))),
  });
}

const resnet = zoo("resnet8x4", [32, 64, 128, 256]);
const linear = zoo("mobilenet", [16, 16, 32, 64], { rectified: false });
const vgg = zoo("vgg8", [64, 128, 256, 512, 512]);
const imported = model("imported", { conv2_out: [16, 16, 24], conv3_out: [8, 8, 48], gap: [48] });
const logitsAlone = model("runtime", {});

const question = (teacher: ModelDescription, student: ModelDescription, named?: NamedTapPairs): TapQuestion => ({
  distiller: "any",
  subject: { teacher, student },
  ...(named !== undefined && { named }),
});
const names = (pairs: readonly TapPair[]): string[] => pairs.map(({ teacher, student }) => `${teacher.name}-${student.name}`);
const refused = (happened: string | RegExp) =>
  expect.objectContaining({ code: "KDF_DISTILLER_MISFIT", explanation: expect.objectContaining({ happened: expect.stringMatching(happened) }) });

describe("by position", () => {
  it("pairs what the models declare, with the shapes", () => {
    const asked = question(resnet, linear);
    expect(names(stageMapPairs(asked))).toEqual(["f1-f1", "f2-f2", "f3-f3"]);
    expect(names(mapPairs(asked))).toEqual(["f0-f0", "f1-f1", "f2-f2", "f3-f3"]);
    expect(names([lastMapPair(asked), pooledPair(asked)])).toEqual(["f3-f3", "pooled-pooled"]);
    expect(mapPairAt(asked, 2)).toEqual({ teacher: { name: "f2", shape: [8, 8, 128] }, student: { name: "f2", shape: [8, 8, 32] } });
  });

  it("takes what comes before a ReLU, and the maps of a model that has no ReLU after them", () => {
    expect(names(preactivationPairs(question(resnet, linear)))).toEqual(["f1Preactivation-f1", "f2Preactivation-f2", "f3Preactivation-f3"]);
  });

  it("takes a single place of lists of any length", () => {
    const asked = question(vgg, resnet);
    expect(names([mapPairAt(asked, 2), lastMapPair(asked), pooledPair(asked)])).toEqual(["f2-f2", "f4-f3", "pooled-pooled"]);
    expect(() => mapPairAt(asked, 4)).toThrow(refused(/vgg8 has f4 and the student resnet8x4 has none/));
  });

  it("knows no names: a model from elsewhere has its own, and one map is no stem", () => {
    expect(names(stageMapPairs(question(imported, model("boring", { map: [8, 8, 4], pooled: [4] }))))).toEqual(["conv3_out-map"]);
    expect(names([pooledPair(question(imported, resnet))])).toEqual(["gap-pooled"]);
  });

  it("never cuts a list short: it names both", () => {
    for (const pairs of [stageMapPairs, preactivationPairs]) {
      expect(() => pairs(question(vgg, resnet))).toThrow(refused(/vgg8 has f1\w*, f2\w*, f3\w*, f4\w* and the student resnet8x4 has f1\w*, f2\w*, f3\w*\./));
    }
  });
});

describe("by the option", () => {
  it("takes the pairs named, whatever the lengths", () => {
    const named = [{ teacher: "f4", student: "conv3_out" }, { teacher: "f2", student: "conv2_out" }];
    expect(names(stageMapPairs(question(vgg, imported, named)))).toEqual(["f4-conv3_out", "f2-conv2_out"]);
    expect(names(preactivationPairs(question(vgg, imported, [{ teacher: "f2Preactivation", student: "conv2_out" }])))).toEqual(["f2Preactivation-conv2_out"]);
  });

  it("refuses taps that are none, are of another rank, and more than the loss takes", () => {
    const named = (teacher: string, student: string): TapQuestion => question(vgg, imported, [{ teacher, student }]);
    expect(() => stageMapPairs(named("f4", "conv3_ou"))).toThrow(refused(/student imported has no tap conv3_ou/));
    expect(() => stageMapPairs(named("pooled", "conv3_out"))).toThrow(refused(/teacher vgg8 has the tap pooled of shape \[512\]/));
    expect(() => pooledPair(named("pooled", "conv3_out"))).toThrow(refused(/tap conv3_out of shape \[8, 8, 48\]/));
    const twice = { teacher: "f4", student: "conv3_out" };
    expect(() => lastMapPair(question(vgg, imported, [twice, twice]))).toThrow(refused(/any\.taps names 2 pairs/));
  });

  it("has a schema that refuses an empty list, other keys and empty names", () => {
    expect(tapPairsOption.parse([{ teacher: "a", student: "b" }])).toEqual([{ teacher: "a", student: "b" }]);
    expect(tapPairsOption.parse(undefined)).toBeUndefined();
    for (const wrong of [[], [{ teacher: "a" }], [{ teacher: "a", student: "" }], [{ teacher: "a", student: "b", weight: 1 }]]) {
      expect(tapPairsOption.safeParse(wrong).success).toBe(false);
    }
  });
});

describe("what does not fit", () => {
  it("is said of a missing teacher, and of logits alone with a way out", () => {
    expect(() => stageMapPairs({ distiller: "any", subject: { student: resnet } })).toThrow(refused(/there is none/));
    for (const pairs of [stageMapPairs, lastMapPair, pooledPair]) {
      expect(() => pairs(question(logitsAlone, resnet))).toThrow(refused(/teacher runtime has no taps of shape .*\(its taps: none\)/));
      expect(() => pairs(question(resnet, logitsAlone))).toThrow(
        expect.objectContaining({ code: "KDF_DISTILLER_MISFIT", explanation: expect.objectContaining({ fix: expect.stringContaining("--distiller kd") }) }),
      );
    }
  });
});

it("lists each tap once and finds the pair's tensors", () => {
  const pairs = stageMapPairs(question(vgg, imported, [{ teacher: "f4", student: "conv3_out" }, { teacher: "f4", student: "conv2_out" }]));
  expect(tapsOfPairs(pairs)).toEqual({ teacher: ["f4"], student: ["conv3_out", "conv2_out"] });
  const tensor = (of: string) => ({ shape: [], dtype: of, dispose: () => {} });
  const [logits, taught, learned] = [tensor("logits"), tensor("teacher"), tensor("student")];
  expect(tensorsOfPair(pairs[1]!, { teacher: { logits, taps: { f4: taught } }, student: { logits, taps: { conv2_out: learned } } })).toEqual({ teacher: taught, student: learned });
});
