import type { RandomStream } from "@kdf/core";
import { createStreams, floats, integers, startReferenceEngine } from "@kdf/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { PatchMix, type Plan } from "./patchmix.js";

beforeAll(startReferenceEngine);

const info = { size: 5, height: 32, width: 28, channels: 3, mean: [0, 0, 0], std: [1, 1, 1] };

describe("patchmix", () => {
  it("takes a share lambda of the patches, rounded down, from a partner that is never the image itself", () => {
    const stream = createStreams(2).at("patches");
    const scripted = { ...stream, beta: () => 0.3, choose: stream.choose.bind(stream), permutation: stream.permutation.bind(stream) } as RandomStream;
    const mix = new PatchMix({ patch: 4, alpha: 1, perImage: false });
    for (let draw = 0; draw < 50; draw += 1) {
      const { given, permutation } = mix.sample(scripted, info);
      expect(new Set(given as number[]).size).toBe(Math.floor(0.3 * 8 * 7));
      expect(Math.max(...(given as number[]))).toBeLessThan(8 * 7);
      permutation.forEach((partner, row) => expect(partner).not.toBe(row));
    }
  });

  it("draws lambda from Beta(1, 1): every number of patches is as likely as any other (chi-squared at 1 in 1,000)", () => {
    const { given } = new PatchMix({ patch: 16, alpha: 1, perImage: true }).sample(createStreams(9).at("patches"), { ...info, size: 2_000, width: 32 });
    const counts = new Array<number>(4).fill(0);
    (given as number[][]).forEach((places) => (counts[places.length]! += 1));
    expect(counts.reduce((sum, count) => sum + (count - 500) ** 2 / 500, 0)).toBeLessThan(16.27); // 3 degrees of freedom
  });

  it("refuses a plan of another batch", () => {
    const images = floats(new Float32Array(2 * 4 * 4), [2, 4, 4, 1]);
    const indices = integers([0, 1], [2]);
    const batch = { images, labels: indices, indices };
    const good = { patch: 2, given: [0], permutation: [1, 0] };
    for (const plan of [{ ...good, given: [4] }, { ...good, given: [[0]] }, { ...good, permutation: [1] }, { ...good, permutation: [1, 2] }, { given: [0] }]) {
      expect(() => new PatchMix({ patch: 2, alpha: 1, perImage: false }).propose(plan as Plan, batch)).toThrow(expect.objectContaining({ code: "KDF_PLAN_INVALID" }));
    }
  });
});
