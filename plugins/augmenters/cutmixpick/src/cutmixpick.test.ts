import { parseOptions, type Augmenter, type Batch, type BatchInfo, type Json, type PluginContext, type RandomStream } from "@kdf/core";
import { add, createStreams, disposeAll, floats, integers, readNow, startReferenceEngine, tensorCount } from "@kdf/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { CutMixPick, options, type Plan } from "./cutmixpick.js";

beforeAll(startReferenceEngine);

const info: BatchInfo = { size: 3, height: 1, width: 2, channels: 1, mean: [0.5], std: [0.25] };
const batchOf = (values: readonly number[]): Batch => ({
  images: floats(values, [values.length / 2, 1, 2, 1]),
  labels: integers(new Int32Array(values.length / 2), [values.length / 2]),
  indices: integers(new Int32Array(values.length / 2), [values.length / 2]),
});

/** Adds a number that it draws, and turns the order of the rows' origins round. */
class Shift implements Augmenter<number> {
  state: Json = "fresh";
  disposed = false;

  sample(stream: RandomStream, { size }: BatchInfo): number {
    return stream.integer(1_000) * size;
  }

  propose(plan: number, { images }: Batch) {
    const size = images.shape[0]!;
    return { images: add(images, plan), rows: Array.from({ length: size }, (_, row) => size - 1 - row) };
  }

  save(): Json {
    return this.state;
  }

  restore(state: Json): void {
    this.state = state;
  }

  dispose(): void {
    this.disposed = true;
  }
}

interface Asked {
  readonly kind: string;
  readonly id: string;
  readonly options: unknown;
}

async function make(given: object, base: Augmenter = new Shift()): Promise<{ pick: CutMixPick; asked: Asked }> {
  let asked: Asked | undefined;
  const context = {
    create: (kind: string, id: string, baseOptions: unknown) => {
      asked = { kind, id, options: baseOptions };
      return Promise.resolve(base);
    },
  } as unknown as PluginContext;
  const pick = await CutMixPick.create(await parseOptions(options, given, "augmenter cutmixpick"), context);
  return { pick, asked: asked! };
}

describe("the pool of cutmixpick", () => {
  it("holds poolFactor batches of the base augmenter, drawn one after another from one stream", async () => {
    for (const poolFactor of [1, 2, 3]) {
      const { pick } = await make({ poolFactor });
      const plan = pick.sample(createStreams(1).at("pick"), info);
      const stream = createStreams(1).at("pick");
      expect(plan).toEqual({ base: Array.from({ length: poolFactor }, () => stream.integer(1_000) * 3) });
      expect(new Set(plan.base).size).toBe(poolFactor);
    }
  });

  it("stands one batch after the other, with the base's rows, by hand", async () => {
    const { pick } = await make({});
    const batch = batchOf([1, 2, 3, 4]);
    const count = tensorCount();
    const pool = pick.propose(JSON.parse('{"base":[10,20]}') as Plan, batch);
    expect(tensorCount() - count).toBe(1);
    expect(pool.images.shape).toEqual([4, 1, 2, 1]);
    expect([...readNow(pool.images)]).toEqual([11, 12, 13, 14, 21, 22, 23, 24]);
    expect(pool.rows).toEqual([1, 0, 1, 0]);
    expect([...readNow(batch.images)]).toEqual([1, 2, 3, 4]);
    disposeAll([pool.images, batch.images, batch.labels, batch.indices]);
  });

  it("serves a batch of one", async () => {
    const { pick } = await make({});
    const batch = batchOf([1, 2]);
    const pool = pick.propose({ base: [0, 0] }, batch);
    expect([...readNow(pool.images)]).toEqual([1, 2, 1, 2]);
    const logits = floats([0, 0, 0, 0], [2, 2]);
    const kept = pick.select(pool, { pool: { teacher: logits }, original: {} }, 1);
    expect([...readNow(kept)]).toEqual([0]);
    disposeAll([pool.images, logits, kept, batch.images, batch.labels, batch.indices]);
  });

  it("refuses a plan of another form", async () => {
    const { pick } = await make({});
    const batch = batchOf([1, 2]);
    for (const plan of [{ base: [] }, { base: 1 }, {}, null]) {
      expect(() => pick.propose(plan as unknown as Plan, batch)).toThrow(expect.objectContaining({ code: "KDF_PLAN_INVALID" }));
    }
    disposeAll({ ...batch });
  });
});

describe("the base of cutmixpick", () => {
  it("is cutmix unless another is named", async () => {
    expect((await make({})).asked).toEqual({ kind: "augmenter", id: "cutmix", options: {} });
    expect((await make({ base: "mixup", baseOptions: { alpha: 2 } })).asked).toEqual({
      kind: "augmenter", id: "mixup", options: { alpha: 2 },
    });
  });

  it("is asked to draw for every image", async () => {
    expect((await make({ perImage: true, baseOptions: { alpha: 2 } })).asked.options).toEqual({ perImage: true, alpha: 2 });
  });

  it("may not pick by itself", async () => {
    const { pick } = await make({});
    await expect(make({ base: "cutmixpick" }, pick as Augmenter)).rejects.toMatchObject({
      code: "KDF_OPTIONS_INVALID",
      explanation: { happened: expect.stringContaining("base: cutmixpick picks images itself") },
    });
  });

  it("is saved, restored and disposed with it", async () => {
    const base = new Shift();
    const { pick } = await make({}, base);
    expect(pick.save()).toBe("fresh");
    pick.restore({ half: 1 });
    expect(base.state).toEqual({ half: 1 });
    pick.dispose();
    expect(base.disposed).toBe(true);
  });
});

describe("what cutmixpick asks the trainer for", () => {
  it.each([
    { given: {}, needs: [{ role: "teacher", mode: "eval" }] },
    { given: { pickMode: "eval" }, needs: [{ role: "teacher", mode: "eval" }] },
    { given: { criterion: "student-entropy" }, needs: [{ role: "student", mode: "train" }] },
    { given: { criterion: "student-entropy", pickMode: "eval" }, needs: [{ role: "student", mode: "eval" }] },
    { given: { criterion: "kld" }, needs: [{ role: "teacher", mode: "eval" }, { role: "student", mode: "train" }] },
    { given: { criterion: "dissimilarity" }, needs: [{ role: "teacher", mode: "eval" }] },
  ])("$given", async ({ given, needs }) => {
    expect((await make(given)).pick.needs).toEqual(needs);
  });

  it("refuses a criterion that it does not know", async () => {
    await expect(make({ criterion: "entropy" })).rejects.toMatchObject({ code: "KDF_OPTIONS_INVALID" });
    await expect(make({ poolFactor: 0 })).rejects.toMatchObject({ code: "KDF_OPTIONS_INVALID" });
  });
});

describe("what cutmixpick keeps", () => {
  /** Log probabilities are logits. */
  const logits = (...rows: readonly (readonly number[])[]) =>
    floats(rows.flat().map((probability) => Math.log(probability)), [rows.length, rows[0]!.length]);

  interface Given {
    readonly teacher?: ReturnType<typeof logits>;
    readonly student?: ReturnType<typeof logits>;
    readonly original?: ReturnType<typeof logits>;
  }

  async function kept(given: object, { teacher, student, original }: Given, size: number): Promise<number[]> {
    const { pick } = await make(given);
    const outputs = {
      pool: { ...(teacher && { teacher }), ...(student && { student }) },
      original: original === undefined ? {} : { teacher: original },
    };
    const count = tensorCount();
    const indices = pick.select({ images: floats([0], [1, 1, 1, 1]), rows: [0] }, outputs, size);
    expect(tensorCount() - count).toBe(2); // the images made above, and the indices
    expect([indices.dtype, indices.shape]).toEqual(["int32", [size]]);
    return [...readNow(indices)];
  }

  const sure = [0.98, 0.01, 0.01];
  const torn = [0.5, 0.49, 0.01];
  const lost = [0.34, 0.33, 0.33];

  it("the images of highest entropy, the highest first, by hand", async () => {
    const teacher = logits(torn, sure, lost, sure);
    const student = logits(sure, lost, sure, torn);
    expect(await kept({}, { teacher, student }, 2)).toEqual([2, 0]);
    expect(await kept({ criterion: "student-entropy" }, { teacher, student }, 2)).toEqual([1, 3]);
  });

  it("of equal scores the earlier row", async () => {
    expect(await kept({}, { teacher: logits(sure, torn, torn, lost, lost, torn) }, 4)).toEqual([3, 4, 1, 2]);
  });

  it("entropy at temperature 1: logits near 0 and far from 0 are told apart", async () => {
    // Two classes: entropies of the softmax of 0.1, 3 and 0.2 against 0.
    const teacher = floats([0.1, 0, 3, 0, 0.2, 0, 300, 0], [4, 2]);
    expect(await kept({}, { teacher }, 4)).toEqual([0, 2, 1, 3]);
  });

  it("the images on which the models differ most, KL(teacher || student), by hand", async () => {
    // At temperature 1: 0.5 log(0.5/0.9) + 0.5 log(0.5/0.1) = 0.5108; the other way round 0.3681; equal models 0.
    const half = [0.5, 0.5];
    const most = [0.9, 0.1];
    const teacher = logits(half, most, half);
    const student = logits(half, half, most);
    expect(await kept({ criterion: "kld", temperature: 1 }, { teacher, student }, 3)).toEqual([2, 1, 0]);
  });

  it("kld at the temperature of the distillation, 4 unless given", async () => {
    // Row 0: the teacher is sure and the student half so; row 1: both unsure, of different classes.
    const teacher = floats([12, 0, 1, 0], [2, 2]);
    const student = floats([6, 0, 0, 1], [2, 2]);
    const divergence = (t: number, s: number, temperature: number): number => {
      const [p, q] = [t, s].map((logit) => 1 / (1 + Math.exp(-logit / temperature))) as [number, number];
      return p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q));
    };
    expect(divergence(12, 6, 1)).toBeLessThan(divergence(1, -1, 1));
    expect(divergence(12, 6, 4)).toBeGreaterThan(divergence(1, -1, 4));
    expect(await kept({ criterion: "kld", temperature: 1 }, { teacher, student }, 1)).toEqual([1]);
    expect(await kept({ criterion: "kld" }, { teacher, student }, 1)).toEqual([0]);
  });

  it("the images farthest from all images of the batch as it came, by hand", async () => {
    const original = logits([0.9, 0.1], [0.2, 0.8]);
    // Squared distances to the nearer: 2 · 0.1² = 0.02, 2 · 0.3² = 0.18, 0 and 2 · 0.2² = 0.08.
    const teacher = logits([0.8, 0.2], [0.5, 0.5], [0.2, 0.8], [0.4, 0.6]);
    expect(await kept({ criterion: "dissimilarity" }, { teacher, original }, 4)).toEqual([1, 3, 0, 2]);
  });

  it("dissimilarity tells distances far below single precision of the probabilities' products apart", async () => {
    const original = logits([0.7, 0.3]);
    const teacher = logits([0.7 + 2e-5, 0.3 - 2e-5], [0.7 + 4e-5, 0.3 - 4e-5], [0.7 - 1e-5, 0.3 + 1e-5]);
    expect(await kept({ criterion: "dissimilarity" }, { teacher, original }, 3)).toEqual([1, 0, 2]);
  });
});
