import { createStreams, disposeAll, floats, inputGradients, multiply, readNow, startReferenceEngine, sum, tensorCount } from "@kdf/tensor";
import { beforeAll, expect, test } from "vitest";
import { BatchNormalization } from "./batch-normalization.js";
import { BatchStandardization } from "./batch-standardization.js";

beforeAll(startReferenceEngine);

test("values and gradient are those of batch normalisation in training, which keeps statistics beside", () => {
  const before = tensorCount();
  const stream = createStreams(1).at("batch-standardization");
  const shape = [3, 2, 2, 4];
  const draw = () => floats(Array.from({ length: 48 }, () => 3 + 2 * stream.normal()), shape);
  const [x, weights] = [draw(), draw()];
  const [plain, tracked] = [new BatchStandardization(4), new BatchNormalization(4)];
  const pass = { training: true, groupRows: [3] };
  const found = inputGradients(([given]) => sum(multiply(plain.forward(given!), weights)), [x]);
  const expected = inputGradients(([given]) => sum(multiply(tracked.forward(given!, pass), weights)), [x]);
  expect([...readNow(found.value)]).toEqual([...readNow(expected.value)]);
  expect([...readNow(found.gradients[0]!)]).toEqual([...readNow(expected.gradients[0]!)]);
  expect([...plain.parameters().keys()]).toEqual(["weight", "bias"]);
  disposeAll([x, weights, found.value, expected.value, ...found.gradients, ...expected.gradients]);
  plain.dispose();
  tracked.dispose();
  expect(tensorCount()).toBe(before);
});

test("a single value gives the shift", () => {
  const norm = new BatchStandardization(2);
  norm.bias.assign(floats([0.5, -1], [2]));
  expect([...readNow(norm.forward(floats([7, 8], [1, 1, 1, 2])))]).toEqual([0.5, -1]);
});
