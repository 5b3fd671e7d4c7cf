import type { PreparedDistiller, Stage } from "@kdf/core";
import { expect, it } from "vitest";
import { checkFit } from "./check-fit.js";

const parameters = (...names: string[]) => ({ parameters: () => new Map(names.map((name) => [name, { trainable: true }])) });

/** A distiller of one stage that fits, unless `stage` and `prepared` say otherwise. */
function fitOf(stage: Partial<Stage>, prepared: Partial<PreparedDistiller> = {}, augmenters?: { ids: string[] }): () => void {
  const only: Stage = { id: "distill", trains: ["student"], views: ["original"], losses: ["term"], ...stage };
  const run = {
    configuration: { epochs: 1 },
    teacher: { model: { description: { taps: { block1: [8, 8, 4] } } } },
    student: { model: { ...parameters("fc.weight"), description: { taps: { block1: [8, 8, 2] } } } },
    distiller: { id: "own", prepared: { taps: { teacher: [], student: [] }, extras: { head: parameters("weight") }, views: [], stages: [only], ...prepared } },
    augmenters,
  };
  return () => checkFit(run as never);
}

it("takes a distiller whose views, taps and parameters exist", () => {
  expect(fitOf({})).not.toThrow();
  expect(fitOf({ trains: ["extras.head"], roles: ["teacher"] })).not.toThrow();
  expect(fitOf({}, { taps: { teacher: ["block1"], student: ["block1"] } })).not.toThrow();
});

it.each<readonly [string, Partial<Stage>, Partial<PreparedDistiller>, RegExp]>([
  ["a view that is not there", { views: ["original", "rotated"] }, {}, /stage distill uses the views rotated[^]*views among original/],
  ["a term with the name of a mean", { losses: ["total"] }, {}, /a term named total/],
  ["a stage that trains what there is not", { trains: ["student.conv9"] }, {}, /trains student\.conv9, of which there is nothing/],
  ["a stage that trains the student without forwarding it", { roles: ["teacher"] }, {}, /stage distill trains the student and does not forward it[^]*the role student/],
  ["a stage without epochs", { epochs: 0 }, {}, /stage distill has no epochs/],
  ["taps that a model has not", {}, { taps: { teacher: [], student: ["block7"] } }, /the student has no taps block7[^]*taps among block1/],
])("refuses %s", (_, stage, prepared, message) => {
  expect(fitOf(stage, prepared)).toThrow(expect.objectContaining({ code: "KDF_DISTILLER_MISFIT", message: expect.stringMatching(message) as string }));
});

it("refuses an augmenter of which no stage makes use", () => {
  expect(fitOf({}, {}, { ids: ["cutmix"] })).toThrow(expect.objectContaining({ code: "KDF_AUGMENTER_UNUSED" }));
  expect(fitOf({ views: ["original", "augmented"] }, {}, { ids: ["cutmix"] })).not.toThrow();
});
