import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readWeights } from "@kdf/nn";
import { afterAll, expect, it } from "vitest";
import { temporaryFolder } from "../e2e/kdf.js";
import { root, run } from "./cached.js";
import { parityPython } from "./python.js";

interface Expected {
  readonly resnet8: { readonly ownError: number; readonly logits: { readonly values: readonly number[] } };
}

const folder = temporaryFolder();
afterAll(() => folder.remove());

it("PyTorch saves checkpoints again in which kdf reads what it reads in the committed ones", async () => {
  const committed = join(root, "test/external/checkpoints/fixtures");
  await run(await parityPython(), ["test/external/checkpoints/make.py", folder.path]);
  const [{ resnet8, ...made }, { resnet8: known, ...kept }] = [folder.path, committed].map((place) => JSON.parse(readFileSync(join(place, "expected.json"), "utf8")) as Expected) as [Expected, Expected];
  expect(made).toEqual(kept);
  // PyTorch's kernels differ between processors in how they sum.
  expect({ ...resnet8, ownError: known.ownError, logits: { ...resnet8.logits, values: known.logits.values } }).toEqual(known);
  resnet8.logits.values.forEach((value, place) => expect(value).toBeCloseTo(known.logits.values[place]!, 10));
  expect(Math.max(resnet8.ownError, known.ownError)).toBeLessThan(1e-6);
  for (const name of ["every-type.zip", "every-type.legacy", "views.zip", "views.legacy", "checkpoint.zip", "checkpoint.legacy", "resnet8.legacy"]) {
    const [made, kept] = await Promise.all([folder.path, committed].map((place) => readWeights(join(place, `${name}.pth`))));
    const plain = ({ tensors, beside }: NonNullable<typeof made>): unknown => [beside, [...tensors].map(([key, { dtype, shape, data }]) => [key, dtype, shape, [...data]])];
    expect(plain(made!), name).toEqual(plain(kept!));
  }
});
