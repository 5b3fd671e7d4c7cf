import { beforeAll, expect, test } from "vitest";
import { disposeAll, floats, readNow, scope, startReferenceEngine, tensorCount, type Tensor } from "../index.js";
import { FlatLayout } from "./flat.js";

beforeAll(startReferenceEngine);

test.each([[[[2, 3], [4], [1, 1, 1, 2], []]], [[[3]]], [[[2, 2]]]])("%j: parts are what was joined, in tensors of their own", (shapes: number[][]) => {
  const layout = new FlatLayout(shapes);
  let next = 0;
  const given = shapes.map((shape) => floats(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => (next += 1)), shape));
  const before = tensorCount();
  const parts = scope(() => {
    const flat = layout.join(given);
    expect([...readNow(flat)]).toEqual(Array.from({ length: next }, (_, place) => place + 1));
    return layout.part(flat);
  });
  expect(tensorCount()).toBe(before + shapes.length);
  parts.forEach((part: Tensor, place: number) => {
    expect(part.shape).toEqual(shapes[place]);
    expect([...readNow(part)]).toEqual([...readNow(given[place]!)]);
  });
  disposeAll([...parts, ...given]);
});
