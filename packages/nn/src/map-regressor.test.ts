import { createStreams, disposeAll, fill, readNow, startReferenceEngine, tensorCount } from "@kdf/tensor";
import { beforeAll, expect, test } from "vitest";
import { MapRegressor } from "./map-regressor.js";

beforeAll(startReferenceEngine);

const make = (student: readonly number[], teacher: readonly number[], rectified = false): MapRegressor =>
  new MapRegressor(
    { student: { name: "small", shape: student }, teacher: { name: "large", shape: teacher } },
    { distiller: "any", stream: createStreams(0).at("map-regressor"), rectified },
  );

test.each([
  { student: [8, 8, 3], teacher: [4, 4, 5], weight: [3, 3, 3, 5] },
  { student: [4, 4, 3], teacher: [8, 8, 5], weight: [4, 4, 5, 3] },
  { student: [4, 4, 3], teacher: [4, 4, 5], weight: [1, 1, 3, 5] },
  { student: [7, 7, 3], teacher: [4, 4, 5], weight: [4, 4, 3, 5] },
  { student: [8, 6, 2], teacher: [4, 3, 1], weight: [3, 3, 2, 1] },
])("brings $student to $teacher", ({ student, teacher, weight }) => {
  const before = tensorCount();
  const regressor = make(student, teacher);
  expect([...regressor.parameters()].map(([name, { value }]) => [name, value.shape])).toEqual([
    ["conv.weight", weight],
    ["conv.bias", [teacher[2]]],
    ["bn.weight", [teacher[2]]],
    ["bn.bias", [teacher[2]]],
  ]);
  const map = fill([2, ...student], 0.5);
  const made = regressor.forward(map);
  expect(made.shape).toEqual([2, ...teacher]);
  disposeAll([map, made]);
  regressor.dispose();
  expect(tensorCount()).toBe(before);
});

test("ends with a ReLU where it is asked for", () => {
  const map = fill([1, 1, 1, 1], 1);
  const [plain, rectified] = [make([1, 1, 1], [1, 1, 1]), make([1, 1, 1], [1, 1, 1], true)];
  for (const { bn } of [plain, rectified]) bn.bias.assign(fill([1], -2));
  expect([plain, rectified].map((regressor) => readNow(regressor.forward(map))[0])).toEqual([-2, 0]);
});

test.each([
  [[3, 3, 2], [4, 4, 2]],
  [[2, 2, 2], [8, 8, 2]],
  [[4, 8, 2], [4, 4, 2]],
])("refuses to bring %j to %j", (student, teacher) => {
  const before = tensorCount();
  expect(() => make(student, teacher)).toThrow(expect.objectContaining({ code: "KDF_DISTILLER_MISFIT", message: expect.stringContaining("small of shape") as string }));
  expect(tensorCount()).toBe(before);
});
