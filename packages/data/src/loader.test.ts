import { Worker } from "node:worker_threads";
import type { DatasetDescription, ImageSource, RandomStream, StreamPosition, Streams } from "@kdf/core";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { HostBatch } from "./host-batch.js";
import { MemoryImageSource, subset } from "./image-source.js";
import { evaluationBatches, Loader, type LoaderOptions } from "./loader.js";
import { WorkerPool } from "./worker-pool.js";

vi.setConfig({ testTimeout: 30_000 });

/** Images of 2 x 2 pixels; the pixels of image i are i, 64 + i, 128 + i, 192 + i. */
const images = 11;
const whole = new MemoryImageSource(
  Uint8Array.from({ length: images * 4 }, (_, at) => Math.floor(at / 4) + 64 * (at % 4)),
  Int32Array.from({ length: images }, (_, row) => row % 3),
  Int32Array.from({ length: images }, (_, row) => 1000 + row),
);
const description: DatasetDescription = {
  id: "small",
  classes: ["a", "b", "c"],
  height: 2,
  width: 2,
  channels: 1,
  mean: [0],
  std: [1 / 255],
  standardAugmentation: { cropPadding: 1, horizontalFlip: true },
};

/** Numbers that depend on all of the name and the position; good enough to tell streams apart. */
class FakeStreams implements Streams {
  readonly seed: number;
  readonly asked: (readonly [string, StreamPosition | undefined])[] = [];
  constructor(seed: number) {
    this.seed = seed;
  }
  at(name: string, position?: StreamPosition): RandomStream {
    this.asked.push([name, position]);
    let state = [...`${this.seed}/${name}/${JSON.stringify(position)}`].reduce(
      (hash, letter) => (Math.imul(hash, 31) + letter.charCodeAt(0)) | 0,
      17,
    );
    const uniform = () => {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      return ((state >>> 8) & 0xffff) / 0x10000;
    };
    const integer = (bound: number) => Math.floor(uniform() * bound);
    const permutation = (length: number) => {
      const rows = Array.from({ length }, (_, row) => row);
      for (let at = length - 1; at > 0; at -= 1) {
        const other = integer(at + 1);
        [rows[at], rows[other]] = [rows[other]!, rows[at]!];
      }
      return rows;
    };
    return { uniform, integer, permutation } as RandomStream;
  }
}

const loaders: Loader[] = [];
afterEach(async () => {
  for (const loader of loaders.splice(0)) await loader.dispose();
});
function make(changes: Partial<LoaderOptions> = {}): Loader {
  const options = { source: whole, description, batchSize: 4, streams: new FakeStreams(1), raw: true, ...changes };
  const loader = new Loader(options);
  loaders.push(loader);
  return loader;
}
async function all(batches: AsyncIterable<HostBatch>): Promise<HostBatch[]> {
  const result: HostBatch[] = [];
  for await (const batch of batches) result.push(batch);
  return result;
}
const rowsOf = (batches: HostBatch[]) => batches.flatMap(({ indices }) => [...indices]);

describe("an epoch", () => {
  test("holds each row once, in batches of which the last is what is left", async () => {
    const loader = make();
    const batches = await all(loader.epoch(0));
    expect(loader.stepsPerEpoch).toBe(3);
    expect(batches.map(({ size }) => size)).toEqual([4, 4, 3]);
    expect(rowsOf(batches).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test("each batch carries its rows' pixels and labels, and what augmenters are told", async () => {
    for (const batch of await all(make().epoch(1))) {
      const { indices, labels, raw } = batch;
      indices.forEach((row, at) => {
        expect(labels[at]).toBe(row % 3);
        expect([...raw!.subarray(at * 4, at * 4 + 4)].map(Math.round)).toEqual([row, 64 + row, 128 + row, 192 + row]);
      });
      expect(batch).toMatchObject({ height: 2, width: 2, channels: 1, mean: [0], std: [1 / 255] });
      expect(batch.images.length).toBe(batch.size * 4);
    }
  });

  test("epochs, stages and seeds differ in order; each can be had again in any sequence", async () => {
    const loader = make();
    const first = rowsOf(await all(loader.epoch(0)));
    const second = rowsOf(await all(loader.epoch(1)));
    const otherStage = rowsOf(await all(loader.epoch(0, 0, 1)));
    expect(second).not.toEqual(first);
    expect(otherStage).not.toEqual(first);
    expect(otherStage).not.toEqual(second);
    expect(rowsOf(await all(make({ streams: new FakeStreams(2) }).epoch(0)))).not.toEqual(first);
    expect(rowsOf(await all(loader.epoch(0)))).toEqual(first);
  });

  test("begun in its middle, it goes on as the whole does", async () => {
    const full = await all(make().epoch(3));
    expect(await all(make().epoch(3, 1))).toEqual(full.slice(1));
    expect(await make().batch(3, 2)).toEqual(full[2]);
    expect(await all(make().epoch(3, 3))).toEqual([]);
  });
});

describe("crop and flip", () => {
  test("are drawn for each image from its own stream: row, column, flip", async () => {
    const streams = new FakeStreams(5);
    const loader = make({ streams });
    const batch = await loader.batch(2, 1, 7);
    expect(streams.asked[0]).toEqual(["data-order", { stage: 7, epoch: 2 }]);
    const again = new FakeStreams(5);
    batch.indices.forEach((row, at) => {
      const position = { stage: 7, epoch: 2, step: 1, row: 1000 + row };
      expect(streams.asked[1 + at]).toEqual(["crop-and-flip", position]);
      const stream = again.at("crop-and-flip", position);
      const [down, right, flip] = [stream.integer(3) - 1, stream.integer(3) - 1, stream.uniform() < 0.5];
      expect(batch.flipped![at]).toBe(flip);
      const pixel = (y: number, x: number) => (y < 0 || y > 1 || x < 0 || x > 1 ? 0 : row + 64 * (2 * y + x));
      const expected = [0, 1].flatMap((y) => (flip ? [1, 0] : [0, 1]).map((x) => pixel(y + down, x + right)));
      expect([...batch.images.subarray(at * 4, at * 4 + 4)].map(Math.round)).toEqual(expected);
    });
  });

  test("a data set without them draws nothing", async () => {
    const streams = new FakeStreams(1);
    const plain = { ...description, standardAugmentation: { cropPadding: 0, horizontalFlip: false } };
    const batch = await make({ streams, description: plain }).batch(0, 0);
    expect(streams.asked.map(([name]) => name)).toEqual(["data-order"]);
    expect(batch.images).toEqual(batch.raw);
    expect(batch).not.toHaveProperty("flipped");
  });
});

test("any number of workers gives the same, bit for bit", async () => {
  const [none, one, two] = await Promise.all([0, 1, 2].map((workers) => all(make({ workers }).epoch(0))));
  expect(one).toEqual(none);
  expect(two).toEqual(none);
});

test("a shared pool outlives the loader, and evaluation uses it too", async () => {
  const pool = new WorkerPool(1);
  const loader = make({ workers: pool });
  await loader.batch(0, 0);
  await loader.dispose();
  expect(await all(evaluationBatches({ source: whole, description, batchSize: 4, workers: pool }))).toEqual(
    await all(evaluationBatches({ source: whole, description, batchSize: 4 })),
  );
  await pool.dispose();
});

test("a worker that dies in the middle of an epoch ends it with KDF_WORKER_DIED", async () => {
  const post = vi.spyOn(Worker.prototype, "postMessage");
  const loader = make({ workers: 1, batchSize: 1 });
  const seen: HostBatch[] = [];
  await expect(async () => {
    for await (const batch of loader.epoch(0)) {
      seen.push(batch);
      await (post.mock.contexts[0] as Worker).terminate();
    }
  }).rejects.toEqual(expect.objectContaining({ code: "KDF_WORKER_DIED" }));
  post.mockRestore();
  expect(seen.length).toBeLessThan(3); // what was prepared ahead, of 11
});

test("reading a source does not empty it, even one that hands out its own memory", async () => {
  const own = Uint8Array.from({ length: 8 }, (_, at) => at);
  const source = { length: 2, labels: new Int32Array(2), identities: new Int32Array(2), read: () => own };
  const pool = new WorkerPool(1);
  await all(evaluationBatches({ source, description, batchSize: 2, workers: pool }));
  expect(own.length).toBe(8);
  await pool.dispose();
});

describe("a random resized crop", () => {
  const cropped: DatasetDescription = {
    ...description,
    standardAugmentation: { cropPadding: 0, horizontalFlip: true, randomResizedCrop: { scale: [0.5, 1], ratio: [1, 1] } },
  };
  /** Its "crop" is the image with the first draw, as a byte, in every pixel. */
  const source: ImageSource = {
    length: whole.length,
    labels: whole.labels,
    identities: whole.identities,
    read: (rows) => whole.read(rows),
    readCropped: (rows, draws) => Uint8Array.from({ length: rows.length * 4 }, (_, at) => 256 * draws[Math.floor(at / 4) * (draws.length / rows.length)]!),
  };

  test("is drawn for each image from its own stream, and raw is the image before it", async () => {
    const streams = new FakeStreams(7);
    const batch = await make({ source, description: cropped, streams, raw: true }).batch(2, 1);
    const asked = streams.asked.filter(([name]) => name === "random-resized-crop");
    expect(asked.map(([, position]) => position)).toEqual(Array.from(batch.indices, (row) => ({ stage: 0, epoch: 2, step: 1, row: whole.identities[row]! })));
    const first = asked.map(([name, position]) => Math.floor(256 * streams.at(name, position).uniform()));
    expect([...batch.images].map(Math.round)).toEqual(first.flatMap((value) => [value, value, value, value]));
    expect([...batch.raw!].map(Math.round)).toEqual([...whole.read(batch.indices)]);
  });

  test("leaves evaluation alone, and a part of the source has it too", async () => {
    const [batch] = await all(evaluationBatches({ source, description: cropped, batchSize: 2 }));
    expect([...batch!.images].map(Math.round)).toEqual([...whole.read(Int32Array.of(0, 1))]);
    const rows = Int32Array.of(4, 2, 9);
    const direct = await make({ source: subset(source, rows), description: cropped, batchSize: 3 }).batch(0, 0);
    expect([...direct.indices].sort()).toEqual([0, 1, 2]);
    expect(direct.images.length).toBe(12);
  });

  test("a source that cannot make it is named", async () => {
    await expect(make({ source: whole, description: cropped }).batch(0, 0)).rejects.toThrow(/dataset:small returned no pixels for \d rows from readCropped/);
  });
});

test("a source that returns too few pixels is named", async () => {
  const source = { length: 4, labels: new Int32Array(4), identities: new Int32Array(4), read: () => new Uint8Array(15) };
  const reading = make({ source }).batch(0, 0);
  await expect(reading).rejects.toEqual(expect.objectContaining({ code: "KDF_PLUGIN_RETURNED" }));
  await expect(reading).rejects.toThrow(/dataset:small returned 15 pixels for 4 rows from read/);
});

test("a batch larger than the data is refused; one as large is not", () => {
  expect(() => make({ batchSize: 12 })).toThrow(expect.objectContaining({ code: "KDF_DATA_TOO_SMALL" }));
  expect(make({ batchSize: 11 }).stepsPerEpoch).toBe(1);
});

test("evaluation goes through a split in order, unaltered, to its last row", async () => {
  const source = subset(whole, Int32Array.from([9, 4, 2]));
  const batches = await all(evaluationBatches({ source, description, batchSize: 2 }));
  expect(batches.map(({ size }) => size)).toEqual([2, 1]);
  expect(rowsOf(batches)).toEqual([0, 1, 2]);
  expect(batches.flatMap(({ labels }) => [...labels])).toEqual([0, 1, 2]);
  expect([...batches[1]!.images].map(Math.round)).toEqual([2, 66, 130, 194]);
});
