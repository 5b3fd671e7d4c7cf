import { define, definePlugin, type Augmenter, type Batch, type BatchInfo, type Json, type Pool, type RandomStream, type SelectionOutputs } from "@kdf/core";
import { argumentOfLargest, clone, concatenate, floats, integers, keep, largestOf, multiply, read, readNow, scope, slice, softmax, transpose } from "@kdf/tensor";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { pluginOf } from "../registry/plugin-of.js";
import { testPlugins } from "../registry/test-plugins.js";
import { AugmenterTester } from "./augmenter-tester.js";

/** Multiplies by a drawn gain: an augmenter that is right, for others to go wrong from. */
class Gain implements Augmenter {
  sample(stream: RandomStream, _info: BatchInfo): Json {
    return { gain: stream.uniform() };
  }

  propose(plan: Json, { images }: Batch): Pool {
    const { gain } = plan as { readonly gain: number };
    return { images: multiply(images, gain), rows: rowsOf(images.shape[0]!) };
  }
}

/** Keeps, of the images and their copies, those that the teacher gives the largest probability to class 0. */
class Pick extends Gain {
  readonly needs = [{ role: "teacher", mode: "eval" }] as const;

  override propose(_plan: Json, { images }: Batch): Pool {
    const rows = rowsOf(images.shape[0]!);
    return { images: concatenate([images, images]), rows: [...rows, ...rows] };
  }

  select(_pool: Pool, { pool }: SelectionOutputs, size: number) {
    return scope(() => largestOf(slice(transpose(softmax(pool.teacher!)), [0, 0], [1, pool.teacher!.shape[0]!]), size).indices.reshape([size]));
  }
}

const rowsOf = (size: number): number[] => Array.from({ length: size }, (_, row) => row);
const pluginFrom = (make: () => Augmenter) =>
  definePlugin({ id: "x", provides: { augmenter: { x: define({ summary: "x", options: z.strictObject({}), create: make }) } } });

/** The checks that fail; without cases, which are another test's subject. */
const failing = async (make: () => Augmenter): Promise<string[]> =>
  [...(await new AugmenterTester(pluginFrom(make), "x").failures()).keys()].filter((name) => name !== "its tests prove what it does");

test("an augmenter that is right passes, and so does one that picks", async () => {
  expect(await failing(() => new Gain())).toEqual([]);
  expect(await failing(() => new Pick())).toEqual([]);
});

test("the kit's own augmenter passes with every option", async () => {
  await new AugmenterTester(testPlugins["student-pick"], "student-pick", {
    options: [{}, { mode: "eval" }],
    refused: [{ name: "a mode that does not exist", options: { mode: "both" } }],
    cases: [{
      name: "images, then their copies, faded by the gain and a third by the tenth draw",
      images: [[[8, 1]], [[2, 6]]],
      plan: { gain: 0.5, number: 0 },
      expected: [[[8, 1]], [[2, 6]], [[4, 0.5]], [[1, 3]]],
      // The entropies fall from the third to the first row.
      pool: { student: [[9, 0], [2, 0], [1, 1], [5, 0]] },
      picked: [2, 1],
    }],
  }).run();
});

test("a tester that runs everything throws what its first failing check found", async () => {
  const tester = new AugmenterTester(pluginOf("x", { augmenter: { x: () => new Gain() } }), "x");
  await expect(tester.run()).rejects.toMatchObject({ code: "KDF_CONFORMANCE_FAILED", message: expect.stringMatching(/augmenter x fails.*an option that does not exist is accepted/s) });
});

describe.each([
  ["draws by Math.random", "nothing is drawn by Math.random", class extends Gain {
    override sample = (): Json => ({ gain: Math.random() });
  }],
  ["draws by the clock", "a plan is drawn by the stream alone", class extends Gain {
    override sample = (): Json => ({ gain: performance.now() });
  }],
  ["plans a typed array", "a plan is plain JSON", class extends Gain {
    override sample = (): Json => ({ gain: 1, more: new Float32Array(1) as unknown as Json });
  }],
  ["plans a number that JSON cannot hold", "a plan is plain JSON", class extends Gain {
    override sample = (): Json => ({ gain: 1, more: Number.POSITIVE_INFINITY });
  }],
  ["draws while it proposes", "nothing is drawn by Math.random", class extends Gain {
    override propose = (_plan: Json, batch: Batch): Pool => super.propose({ gain: Math.random() }, batch);
  }],
  ["proposes by the clock", "a plan gives the same images again", class extends Gain {
    override propose = (_plan: Json, batch: Batch): Pool => super.propose({ gain: performance.now() }, batch);
  }],
  ["returns the batch's own images", "the batch stays as it is", class extends Gain {
    override propose = (_plan: Json, { images }: Batch): Pool => ({ images, rows: rowsOf(images.shape[0]!) });
  }],
  ["disposes the labels", "the batch stays as it is", class extends Gain {
    override propose(plan: Json, batch: Batch): Pool {
      batch.labels.dispose();
      return super.propose(plan, batch);
    }
  }],
  ["returns too few images", "the pool has the form", class extends Gain {
    override propose = (_plan: Json, { images }: Batch): Pool => ({ images: slice(images, [0, 0, 0, 0], [1, ...images.shape.slice(1)]), rows: [0] });
  }],
  ["swaps height and width", "the pool has the form", class extends Gain {
    override propose = (_plan: Json, { images }: Batch): Pool => ({ images: transpose(images, [0, 2, 1, 3]), rows: rowsOf(images.shape[0]!) });
  }],
  ["names rows that do not exist", "the pool has the form", class extends Gain {
    override propose = (_plan: Json, { images }: Batch): Pool => ({ images: clone(images), rows: rowsOf(images.shape[0]!).map((row) => row + 1) });
  }],
  ["makes pixels that are no numbers", "pixels are finite", class extends Gain {
    override propose = (_plan: Json, batch: Batch): Pool => super.propose({ gain: Number.NaN }, batch);
  }],
  ["throws for a batch of one", "every hook returns", class extends Gain {
    override propose(plan: Json, batch: Batch): Pool {
      if (batch.images.shape[0] === 1) throw new Error("no partner");
      return super.propose(plan, batch);
    }
  }],
  ["reads the images, at once", "no tensor's values are read", class extends Gain {
    override propose = (plan: Json, batch: Batch): Pool => {
      const brightest = Math.max(...readNow(batch.images));
      return super.propose(brightest > 100 ? null : plan, batch);
    };
  }],
  ["reads the images, for later", "no tensor's values are read", class extends Gain {
    override propose = (plan: Json, batch: Batch): Pool => {
      void read(batch.images);
      return super.propose(plan, batch);
    };
  }],
  ["reads the logits that it picks by", "no tensor's values are read", class extends Pick {
    override select = (_pool: Pool, { pool }: SelectionOutputs, size: number) => {
      const first = [...(pool.teacher as unknown as { dataSync(): Float32Array }).dataSync()].filter((_value, at) => at % pool.teacher!.shape[1]! === 0);
      const order = first.map((value, row) => [value, row] as const).sort(([a], [b]) => b - a);
      return integers(order.slice(0, size).map(([, row]) => row), [size]);
    };
  }],
  ["keeps a tensor", "no tensor is left behind", class extends Gain {
    override propose(plan: Json, batch: Batch): Pool {
      keep(floats([1], [1]));
      return super.propose(plan, batch);
    }
  }],
  ["needs a model and does not pick", "it picks among the pool", class extends Gain {
    readonly needs = [{ role: "teacher", mode: "eval" }] as const;
  }],
  ["picks the first, always", "it picks among the pool", class extends Pick {
    override select = (_pool: Pool, _outputs: SelectionOutputs, size: number) => integers(new Int32Array(size), [size]);
  }],
  ["picks rows beyond the pool", "it picks among the pool", class extends Pick {
    override select = ({ rows }: Pool, _outputs: SelectionOutputs, size: number) => integers(rowsOf(size).map((row) => row + rows.length), [size]);
  }],
  ["picks too many", "it picks among the pool", class extends Pick {
    override select = ({ rows }: Pool) => integers(rowsOf(rows.length), [rows.length]);
  }],
  ["gives indices as floats", "it picks among the pool", class extends Pick {
    override select = (_pool: Pool, _outputs: SelectionOutputs, size: number) => floats(rowsOf(size), [size]);
  }],
  ["keeps a tensor while it picks", "it picks among the pool", class extends Pick {
    override select(pool: Pool, outputs: SelectionOutputs, size: number) {
      keep(argumentOfLargest(outputs.pool.teacher!, 1));
      return super.select(pool, outputs, size);
    }
  }],
  ["disposes the logits", "it picks among the pool", class extends Pick {
    override select(pool: Pool, outputs: SelectionOutputs, size: number) {
      const indices = super.select(pool, outputs, size);
      outputs.original.teacher!.dispose();
      return indices;
    }
  }],
  ["remembers and does not save", "it goes on after a checkpoint", class extends Gain {
    drawn = 0;
    override sample = (): Json => ({ gain: (this.drawn += 1) });
  }],
  ["saves less than it remembers", "it goes on after a checkpoint", class extends Gain {
    drawn = 0;
    override sample = (): Json => ({ gain: (this.drawn += 1) });
    save = (): Json => null;
    restore = (): void => {};
  }],
  ["saves what JSON cannot hold", "it goes on after a checkpoint", class extends Gain {
    save = (): Json => new Map() as unknown as Json;
    restore = (): void => {};
  }],
  ["saves and cannot restore", "it goes on after a checkpoint", class extends Gain {
    save = (): Json => null;
  }],
] as const)("one that %s", (_, check, Broken) => {
  test(`fails, alone: ${check}`, async () => {
    expect(await failing(() => new (Broken as new () => Augmenter)())).toEqual([expect.stringMatching(new RegExp(`^${check}`))]);
  });
});
