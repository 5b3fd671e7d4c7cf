import { readdirSync } from "node:fs";
import cutmix from "@kdf/plugin-cutmix";
import cutmixpick from "@kdf/plugin-cutmixpick";
import { disposeAll, entropy, readNow, startReferenceEngine, tensorCount } from "@kdf/tensor";
import { beforeAll, describe, expect, test } from "vitest";
import { contribution } from "./contribution.js";
import { Fixture } from "./parity.js";

beforeAll(async () => {
  await startReferenceEngine();
});

const cases = readdirSync(new URL("fixtures/picking", import.meta.url))
  .filter((file) => file.endsWith(".inputs.safetensors"))
  .map((file) => file.replace(".inputs.safetensors", ""));

describe.each(cases)("%s", (id) => {
  const inputs = new Fixture(`picking/${id}.inputs.safetensors`);
  const expected = new Fixture<{ readonly keep: number; readonly temperature: number }>(`picking/${id}.expected.safetensors`);

  test.each(["teacher-entropy", "student-entropy", "kld", "dissimilarity"])("%s keeps PyTorch's rows, in its order", async (criterion) => {
    const augmenter = await contribution(cutmixpick, "augmenter", { criterion }, [cutmix]);
    const teacher = inputs.tensor("pool.teacher.logits");
    const student = inputs.tensor("pool.student.logits");
    const original = inputs.tensor("original.teacher.logits");
    // Only what the criterion asks for is there.
    const needed = augmenter.needs!.map((need) => need.role);
    const outputs = {
      pool: { ...(needed.includes("teacher") && { teacher }), ...(needed.includes("student") && { student }) },
      original: { teacher: original },
    };
    const rows = teacher.shape[0]!;
    const pool = { images: teacher, rows: Array.from({ length: rows }, (_, row) => row) };
    const count = tensorCount();
    const kept = augmenter.select!(pool, outputs, expected.about.keep);
    const all = augmenter.select!(pool, outputs, rows);
    expect(tensorCount() - count).toBe(2);
    expect([...readNow(kept)]).toEqual([...expected.array(`${criterion}.indices`).data]);
    // The whole pool in order, too: a score wrong anywhere shows.
    const values = expected.array(`${criterion}.values`).data;
    expect([...readNow(all)]).toEqual(pool.rows.toSorted((a, b) => values[b]! - values[a]!));
    disposeAll([teacher, student, original, kept, all]);
  });

  test("the entropies themselves", () => {
    for (const role of ["teacher", "student"]) {
      const logits = inputs.tensor(`pool.${role}.logits`);
      const values = entropy(logits);
      expected.expectTensor(`${role}-entropy.values`, values);
      disposeAll([logits, values]);
    }
  });
});

test("kld softens by the temperature of the fixture unless told otherwise", async () => {
  const { about } = new Fixture<{ readonly temperature: number }>("picking/classes-10.expected.safetensors");
  const definition = cutmixpick.provides.augmenter!["cutmixpick"]!;
  expect(await definition.options["~standard"].validate({})).toMatchObject({ value: { temperature: about.temperature } });
});
