import { expect, it } from "vitest";
import { augmenterPackage, TemporaryProject } from "../test-support/temporary-project.js";
import { contributionsOf } from "./contributions-of.js";
import { PluginIndex } from "./plugin-index.js";
import { findProject } from "./project.js";

const provider = (id: string, provides: readonly string[], requires: readonly string[] = []) =>
  augmenterPackage(id, { manifest: { manifest: 1, id, provides, requires } });

it("follows each key to its kind, and what that requires", () => {
  const project = TemporaryProject.with(
    provider("data", ["dataset:d"]),
    provider("zoo", ["network:small", "network:large"]),
    provider("teacher", ["teacher:t"], ["network:large"]),
    provider("kd", ["distiller:kd", "distiller:alone"]),
    provider("metrics", ["metric:top-1", "metric:loss"]),
  );
  const index = new PluginIndex(findProject(project.directory));
  const values = { dataset: "d", student: "small", distiller: "kd", distillerWithoutTeacher: "alone", metrics: ["loss"], engine: "gone" };
  expect(contributionsOf({ ...values, teacher: "t" }, index).sort()).toEqual([
    "dataset:d",
    "distiller:kd",
    "metric:loss",
    "network:large",
    "network:small",
    "teacher:t",
  ]);
  expect(contributionsOf({ ...values, teacher: null }, index)).toContain("distiller:alone");
  expect(contributionsOf({ ...values, teacher: "t", distiller: "kd?temperature=2+alone" }, index)).toEqual(expect.arrayContaining(["distiller:kd", "distiller:alone"]));
});
