import { distillerMisfit, type DistillerSubject } from "@kdf/core";

/** Throws KDF_DISTILLER_MISFIT when a student that learns from labels has other classes than the data set. */
export function checkStudentClasses(distiller: string, { student, dataset }: Pick<DistillerSubject, "student" | "dataset">): void {
  if (student.classes === dataset.classes.length) return;
  throw distillerMisfit({
    distiller,
    problem: `the data set has ${dataset.classes.length} classes, the student ${student.classes}`,
    expected: "a student with the classes of the data set",
    fix: "build the student for this data set",
  });
}
