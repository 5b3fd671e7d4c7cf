import { disposeAll, startReferenceEngine, zeros } from "@kdf/tensor";
import { expect, test } from "vitest";
import { BoringTeacher, teacherOptions } from "./boring/teacher.js";
import { CountingTeacher } from "./counting-teacher.js";

test("counts the rows of each pass and answers as the teacher that it holds", async () => {
  await startReferenceEngine();
  const inner = await new BoringTeacher(teacherOptions.parse({})).open();
  const teacher = new CountingTeacher(inner);
  for (const rows of [4, 1]) {
    const images = zeros([rows, 12, 12, 1]);
    const outputs = await teacher.forward(images, { taps: [] });
    expect(outputs.logits.shape).toEqual([rows, 3]);
    disposeAll([images, outputs.logits]);
  }
  expect(teacher.passes).toEqual([4, 1]);
  expect(teacher.rows).toBe(5);
  expect(teacher.description).toBe(inner.description);
  teacher.dispose();
});
