import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Augmenter, Batch, BatchInfo, Pool, RandomStream, SelectionOutputs, TensorLike } from "@kdf/core";
import { decodeSafetensors, encodeSafetensors, type NamedArray } from "@kdf/nn";
import { concatenate, createStreams, integers, multiply, scope, startReferenceEngine, tensorCount } from "@kdf/tensor";
import { MemoryRegistry, pluginOf } from "@kdf/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { probeAugmenter, type AugmenterProbeOptions } from "./probe-augmenter.js";

const folder = mkdtempSync(join(tmpdir(), "kdf-probe-"));
beforeAll(startReferenceEngine);
afterAll(() => rmSync(folder, { recursive: true }));

/** The batch and the batch times a drawn number, rows turned round; keeps the last rows of the pool, the last one first. */
class Last implements Augmenter<number> {
  readonly needs = [{ role: "teacher", mode: "eval" }] as const;
  disposed = false;

  /** Draws until the number is large: a stream that always says the same would never end it. */
  sample(stream: RandomStream, _info: BatchInfo): number {
    for (let draws = 0; draws < 1_000; draws += 1) {
      const drawn = stream.uniform();
      if (drawn > 0.9) return drawn;
    }
    throw new Error("drew for ever");
  }

  propose(plan: number, { images }: Batch): Pool {
    const size = images.shape[0]!;
    const rows = Array.from({ length: size }, (_, row) => row);
    return { images: scope(() => concatenate([images, multiply(images, plan)])), rows: [...rows, ...rows] };
  }

  select(_pool: Pool, { pool }: SelectionOutputs, size: number): TensorLike {
    const rows = pool.teacher!.shape[0]!;
    return integers(Array.from({ length: size }, (_, place) => rows - 1 - place), [size]);
  }

  dispose(): void {
    this.disposed = true;
  }
}

const floatsOf = (shape: readonly number[], values: readonly number[]): NamedArray => ({ dtype: "F32", shape, data: Float32Array.from(values) });
const wholesOf = (...values: number[]): NamedArray => ({ dtype: "I32", shape: [values.length], data: Int32Array.from(values) });
const logitsOf = (rows: number): NamedArray => floatsOf([rows, 2], Array<number>(2 * rows).fill(0));
const imagesOf = (...values: number[]): NamedArray => floatsOf([values.length, 1, 1, 1], values);

const teacherLogits = (rows: number) => ({ "pool.teacher.logits": logitsOf(rows) });
const outFile = join(folder, "out.safetensors");

async function probe(tensors: Readonly<Record<string, NamedArray>>, options: Partial<AugmenterProbeOptions> = {}, augmenter: Augmenter = new Last()) {
  const inputsFile = join(folder, "inputs.safetensors");
  writeFileSync(inputsFile, encodeSafetensors(new Map(Object.entries(tensors)), {}));
  rmSync(outFile, { force: true });
  const registry = new MemoryRegistry([pluginOf("test", { augmenter: { last: () => augmenter } })]);
  const before = tensorCount();
  try {
    return await probeAugmenter(registry, createStreams(0), "last", { inputsFile, outFile, ...options });
  } finally {
    expect(tensorCount()).toBe(before);
  }
}

function written(): Record<string, number[]> {
  const { tensors } = decodeSafetensors(readFileSync(outFile), outFile);
  return Object.fromEntries([...tensors].map(([name, { data }]) => [name, [...data]]));
}

function planFile(plan: number): string {
  const file = join(folder, "plan.json");
  writeFileSync(file, JSON.stringify(plan));
  return file;
}

describe("a selection from recorded logits", () => {
  const pool = { "pool.images": imagesOf(10, 11, 12, 13, 14, 15), ...teacherLogits(6) };

  it("takes images and labels from the recorded pool, by its rows", async () => {
    const rows = { "pool.rows": wholesOf(2, 1, 0, 0, 1, 2), labels: wholesOf(7, 8, 9) };
    expect(await probe({ ...pool, ...rows })).toEqual({ indices: [5, 4, 3] });
    expect(written()).toEqual({ images: [15, 14, 13], labels: [9, 8, 7], indices: [5, 4, 3] });
  });

  it("takes whole batches one after another where no rows are recorded, and the pool's labels where they are", async () => {
    await probe({ ...pool, labels: wholesOf(7, 8, 9) });
    expect(written()).toEqual({ images: [15, 14, 13], labels: [9, 8, 7], indices: [5, 4, 3] });
    await probe({ ...pool, "pool.labels": wholesOf(0, 1, 2, 3, 4, 5) });
    expect(written()).toEqual({ images: [15, 14, 13], labels: [5, 4, 3], indices: [5, 4, 3] });
  });

  it("invents no labels", async () => {
    await probe(pool);
    expect(written()).toEqual({ images: [15, 14, 13], indices: [5, 4, 3] });
  });

  it("says indices alone where nothing tells what the logits are of: another draw makes another pool", async () => {
    const batch = { images: imagesOf(1, 2), labels: wholesOf(3, 4) };
    expect(await probe({ ...batch, ...teacherLogits(4) })).toEqual({ indices: [3, 2] });
    expect(written()).toEqual({ indices: [3, 2] });
    await probe({ ...batch, ...teacherLogits(4) }, { planFile: planFile(10) });
    expect(written()).toEqual({ images: [20, 10], labels: [4, 3], indices: [3, 2] });
  });

  it("knows the batch from what the augmenter proposes for one image, drawn from a true stream", async () => {
    expect(await probe(teacherLogits(6))).toEqual({ indices: [5, 4, 3] });
  });

  it("names the augmenter whose draw fails there", async () => {
    class Broken extends Last {
      override sample(): number {
        throw new Error("no luck");
      }
    }
    await expect(probe(teacherLogits(6), {}, new Broken())).rejects.toMatchObject({ code: "KDF_PLUGIN_THREW", message: expect.stringContaining("augmenter last") });
  });

  it("disposes the augmenter", async () => {
    const augmenter = new Last();
    await probe(teacherLogits(6), {}, augmenter);
    expect(augmenter.disposed).toBe(true);
  });
});

describe("what an augmenter's probe refuses", () => {
  const refused = (problem: string) => expect.objectContaining({ code: "KDF_PROBE_INPUT_INVALID", message: expect.stringContaining(problem) });
  const images = imagesOf(1, 2, 3);

  it.each([
    ["a pool of another size", { "pool.images": imagesOf(1, 2, 3, 4), ...teacherLogits(6) }, "pool.images has 4 rows, pool.teacher.logits has 6"],
    ["a pool smaller than the batch", { images, ...teacherLogits(2) }, "2 rows for a batch of 3"],
    ["labels of another batch", { images, labels: wholesOf(1, 2) }, "images has 3 rows, labels has 2"],
    ["rows outside the batch", { images, "pool.rows": wholesOf(0, 1, 2, 3), ...teacherLogits(4) }, "pool.rows holds 3"],
    ["part of a pool", teacherLogits(5), "proposes 2 for an image"],
    ["logits of the wrong role", { images, "pool.student.logits": logitsOf(6) }, "no pool.teacher.logits"],
    ["other classes of the original", { ...teacherLogits(4), "original.teacher.logits": floatsOf([2, 3], Array<number>(6).fill(0)) }, "3"],
    ["neither images nor pool", { labels: wholesOf(1) }, "no images"],
  ])("%s", async (_, tensors, problem) => {
    await expect(probe(tensors as Record<string, NamedArray>)).rejects.toThrow(refused(problem));
  });

  it("logits of another pool than the plan makes", async () => {
    await expect(probe({ images, ...teacherLogits(9) }, { planFile: planFile(2) })).rejects.toThrow(refused("9 rows, the plan's has 6"));
  });

  it("a plan that would not be used", async () => {
    await expect(probe({ "pool.images": images, ...teacherLogits(3) }, { planFile: planFile(2) })).rejects.toThrow(refused("the plan is not used"));
  });

  it("a selection that fails for lack of the original's logits, and names a failure of its own", async () => {
    class Compares extends Last {
      override select(_pool: Pool, { original }: SelectionOutputs, size: number): TensorLike {
        return integers([...original.teacher!.shape.slice(0, 1), ...Array<number>(size - 1).fill(0)], [size]);
      }
    }
    await expect(probe({ images, ...teacherLogits(6) }, {}, new Compares())).rejects.toThrow(refused("no original.teacher.logits"));
    class Fails extends Last {
      override select(): TensorLike {
        throw new Error("no luck");
      }
    }
    await expect(probe({ images, ...teacherLogits(6) }, {}, new Fails())).rejects.toMatchObject({ code: "KDF_PLUGIN_THREW" });
  });

  it("a selection by pixels without them", async () => {
    class Looks extends Last {
      override select({ images }: Pool, _outputs: SelectionOutputs, size: number): TensorLike {
        return integers(Array<number>(size).fill(images.shape[0]! - 1), [size]);
      }
    }
    await expect(probe({ images, ...teacherLogits(6) }, {}, new Looks())).rejects.toThrow(refused("no pool.images"));
    expect(await probe({ images, ...teacherLogits(6) }, { planFile: planFile(1) }, new Looks())).toMatchObject({ indices: [5, 5, 5] });
  });

  it("a row that the pool has not", async () => {
    class Beyond extends Last {
      override select(_pool: Pool, _outputs: SelectionOutputs, size: number): TensorLike {
        return integers(Array<number>(size).fill(99), [size]);
      }
    }
    await expect(probe({ images, ...teacherLogits(6) }, {}, new Beyond())).rejects.toMatchObject({ code: "KDF_PLUGIN_RETURNED" });
  });

  it("a pool, or a phase, of an augmenter that does not pick", async () => {
    const { sample, propose } = new Last();
    const still: Augmenter<number> = { sample, propose: (plan, batch) => ({ ...propose(plan, batch), rows: [] }) };
    await expect(probe({ images }, { phase: "pool" }, still as Augmenter)).rejects.toMatchObject({ code: "KDF_COMMAND_LINE_INVALID" });
    await expect(probe({ images, ...teacherLogits(6) }, {}, still as Augmenter)).rejects.toThrow(refused("does not pick"));
  });
});
