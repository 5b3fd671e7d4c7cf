import type { ModelDescription } from "@kdf/core";
import { expect, it } from "vitest";
import { checkStudentClasses } from "./check-classes.js";

const student: ModelDescription = { network: "any", input: { size: 4, channels: 1, mean: [0], std: [1] }, classes: 3, taps: {} };
const dataset = (classes: number) => ({ classes: Array.from({ length: classes }, String), trainingSize: 0, labels: new Int32Array(0) });

it("takes a student of the data set's classes, and refuses others by their numbers", () => {
  checkStudentClasses("any", { student, dataset: dataset(3) });
  for (const classes of [2, 100]) {
    expect(() => checkStudentClasses("any", { student, dataset: dataset(classes) })).toThrow(
      expect.objectContaining({
        code: "KDF_DISTILLER_MISFIT",
        explanation: expect.objectContaining({ happened: expect.stringMatching(new RegExp(`${classes} classes, the student 3`)) }),
      }),
    );
  }
});
