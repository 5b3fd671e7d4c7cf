import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readWeights } from "@kdf/nn";
import { afterAll, expect, it } from "vitest";
import { temporaryFolder } from "../e2e/kdf.js";
import { root, run } from "./cached.js";
import { parityPython } from "./python.js";

const folder = temporaryFolder();
afterAll(() => folder.remove());

it("PyTorch saves checkpoints again in which kdf reads what it reads in the committed ones", async () => {
  const committed = join(root, "test/external/checkpoints/fixtures");
  await run(await parityPython(), ["test/external/checkpoints/make.py", folder.path]);
  expect(JSON.parse(readFileSync(join(folder.path, "expected.json"), "utf8"))).toEqual(JSON.parse(readFileSync(join(committed, "expected.json"), "utf8")));
  for (const name of ["every-type.zip", "every-type.legacy", "views.zip", "views.legacy", "checkpoint.zip", "checkpoint.legacy", "resnet8.legacy"]) {
    const [made, kept] = await Promise.all([folder.path, committed].map((place) => readWeights(join(place, `${name}.pth`))));
    const plain = ({ tensors, beside }: NonNullable<typeof made>): unknown => [beside, [...tensors].map(([key, { dtype, shape, data }]) => [key, dtype, shape, [...data]])];
    expect(plain(made!), name).toEqual(plain(kept!));
  }
});
