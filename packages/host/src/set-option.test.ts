import { describe, expect, it } from "vitest";
import { augmenterPackage, TemporaryProject } from "../test-support/temporary-project.js";
import { PluginIndex } from "./plugin-index.js";
import { findProject } from "./project.js";
import { readSetOption } from "./set-option.js";

const index = (): PluginIndex => {
  const provides = ["augmenter:cutmixpick", "augmenter:v1.5", "augmenter:v1", "metric:student"];
  const project = TemporaryProject.with(augmenterPackage("a", { manifest: { manifest: 1, id: "a", provides } }));
  return new PluginIndex(findProject(project.directory));
};

describe("readSetOption", () => {
  it.each([
    ["epochs=3", { epochs: 3 }],
    ["optimizer.learningRate=0.1", { optimizer: { learningRate: 0.1 } }],
    ["optimizer.learningRate=1e-3", { optimizer: { learningRate: 0.001 } }],
    ["schedule.milestones=[30, 60]", { schedule: { milestones: [30, 60] } }],
    ["schedule={id: step, milestones: [1]}", { schedule: { id: "step", milestones: [1] } }],
    ['metrics=["top-1"]', { metrics: ["top-1"] }],
    ["teacher=null", { teacher: null }],
    ["teacher=", { teacher: null }],
    ["teacher=runs/a=b.safetensors", { teacher: "runs/a=b.safetensors" }],
    ["dataset=@acme/flowers", { dataset: "@acme/flowers" }],
    ["cutmixpick.poolFactor=3", { options: { cutmixpick: { poolFactor: 3 } } }],
    ["cutmixpick.window.width=4", { options: { cutmixpick: { window: { width: 4 } } } }],
    ["cutmixpick={poolFactor: 3}", { options: { cutmixpick: { poolFactor: 3 } } }],
    ["augmenter:cutmixpick.perImage=true", { options: { "augmenter:cutmixpick": { perImage: true } } }],
    ["options.cutmixpick.poolFactor=3", { options: { cutmixpick: { poolFactor: 3 } } }],
    // An id may hold dots, and be that of a key: the longest id and the key are meant.
    ["v1.5.alpha=1", { options: { "v1.5": { alpha: 1 } } }],
    ["v1.alpha=1", { options: { v1: { alpha: 1 } } }],
    ["student=resnet8", { student: "resnet8" }],
    ["metric:student.alpha=1", { options: { "metric:student": { alpha: 1 } } }],
  ])("reads %s", (text, values) => expect(readSetOption(text, index())).toEqual(values));

  it.each(["epochs", "", "=3", "optimizer..learningRate=1", ".epochs=1", "epochs.=1", "metrics=[top-1"])(
    "refuses %o as malformed",
    (text) => expect(() => readSetOption(text, index())).toThrow(expect.objectContaining({ code: "KDF_SET_MALFORMED" })),
  );

  it.each([
    ["cutmixpik.poolFactor=3", "cutmixpick"],
    ["optimiser.learningRate=1", "optimizer"],
    ["augmenter:cutmixpik.poolFactor=3", "augmenter:cutmixpick"],
    ["__proto__.polluted=1", undefined],
  ])("refuses the unknown path %s", (text, near) => {
    expect(() => readSetOption(text, index())).toThrow(
      expect.objectContaining({
        code: "KDF_SET_PATH_UNKNOWN",
        message: expect.stringContaining(near === undefined ? "names nothing" : `Did you mean ${near}?`),
      }),
    );
  });

  it("lists what may begin a path, each once", () => {
    expect(() => readSetOption("zzz=1", index())).toThrow(/options, cutmixpick, v1\.5, v1\n/);
  });
});
