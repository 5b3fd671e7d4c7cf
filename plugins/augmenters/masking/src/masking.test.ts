import { createStreams, floats, integers, startReferenceEngine } from "@kdf/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { Masking, type Plan } from "./masking.js";

beforeAll(startReferenceEngine);

describe("masking", () => {
  it("draws each cell as often as any other (chi-squared at 1 in 1,000)", () => {
    const masking = new Masking({ grid: 4, ratio: 0.25, perImage: true });
    const masked = masking.sample(createStreams(3).at("masks"), { size: 4_000, height: 8, width: 8, channels: 1, mean: [0], std: [1] }).masked as number[][];
    const counts = new Array<number>(16).fill(0);
    for (const cells of masked) {
      expect(new Set(cells).size).toBe(4);
      cells.forEach((cell) => (counts[cell]! += 1));
    }
    const chiSquared = counts.reduce((sum, count) => sum + (count - 1_000) ** 2 / 1_000, 0);
    expect(chiSquared).toBeLessThan(37.7); // 15 degrees of freedom; drawn without replacement it is smaller still
  });

  it("refuses a plan of another batch", () => {
    const images = floats(new Float32Array(2 * 4 * 4), [2, 4, 4, 1]);
    const indices = integers([0, 1], [2]);
    const batch = { images, labels: indices, indices };
    for (const plan of [{ grid: 2, masked: [4] }, { grid: 2, masked: [[0]] }, { grid: 2, masked: [-1] }, { masked: [0] }, { grid: 2, masked: [[0], 1] }]) {
      expect(() => new Masking({ grid: 2, ratio: 0.5, perImage: false }).propose(plan as Plan, batch)).toThrow(expect.objectContaining({ code: "KDF_PLAN_INVALID" }));
    }
  });
});
