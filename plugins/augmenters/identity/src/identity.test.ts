import { disposeAll, floats, integers, readNow, startReferenceEngine, tensorCount } from "@kdf/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { Identity } from "./identity.js";

beforeAll(startReferenceEngine);

describe("identity", () => {
  it("returns the same values in a tensor of its own", () => {
    const identity = new Identity();
    const batch = {
      images: floats([1, 2, 3, 4, 5, 6], [3, 1, 2, 1]),
      labels: integers([0, 1, 2], [3]),
      indices: integers([0, 1, 2], [3]),
    };
    const count = tensorCount();
    const pool = identity.propose(identity.sample(), batch);
    expect(tensorCount() - count).toBe(1);
    expect(pool.rows).toEqual([0, 1, 2]);
    expect([...readNow(pool.images)]).toEqual([1, 2, 3, 4, 5, 6]);
    // Whoever disposes one of the two must not take the other away.
    batch.images.dispose();
    expect([...readNow(pool.images)]).toEqual([1, 2, 3, 4, 5, 6]);
    disposeAll([pool.images, batch.labels, batch.indices]);
  });
});
