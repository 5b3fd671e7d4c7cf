import type { RandomStream } from "@kdf/core";
import cutmix from "@kdf/plugin-cutmix";
import cutout from "@kdf/plugin-cutout";
import mixup from "@kdf/plugin-mixup";
import { disposeAll, ones, readNow, startReferenceEngine, tensorCount } from "@kdf/tensor";
import { beforeAll, expect, test } from "vitest";
import { contribution } from "./contribution.js";
import { Fixture } from "./parity.js";
import { infoOf, propose } from "./proposing.js";

beforeAll(async () => {
  await startReferenceEngine();
});

/** A stream of known draws: the centre's row first, then its column. */
function drawing(draws: { readonly lambda?: number; readonly y?: number; readonly x?: number; readonly permutation?: readonly number[] }): RandomStream {
  const whole = [draws.y, draws.x];
  return {
    beta: () => draws.lambda,
    integer: () => whole.shift(),
    permutation: () => draws.permutation,
  } as unknown as RandomStream;
}

interface Box {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

const cornersOf = ({ top, left, height, width }: Box): number[] => [left, top, left + width, top + height];

test("cutmix draws the published boxes and pixel ratios", async () => {
  const fixture = new Fixture("cutmix.safetensors");
  const [lambda, center, size, corners, ratio] = ["lambda", "center", "size", "corners", "pixelRatio"].map(
    (name) => fixture.array(`boxes.${name}`).data,
  );
  const augmenter = await contribution(cutmix, "augmenter");
  expect(lambda!.length).toBeGreaterThan(100);
  lambda!.forEach((given, index) => {
    const [height, width] = [size![2 * index]!, size![2 * index + 1]!];
    const stream = drawing({ lambda: given, x: center![2 * index]!, y: center![2 * index + 1]!, permutation: [1, 0] });
    const { box } = augmenter.sample(stream, infoOf([2, height, width, 1])) as unknown as { box: Box };
    expect(cornersOf(box)).toEqual([...corners!.subarray(4 * index, 4 * index + 4)]);
    expect(1 - (box.width * box.height) / (width * height)).toBeCloseTo(ratio![index]!, 12);
  });
});

test("cutmix mixes a batch, bit for bit", async () => {
  const fixture = new Fixture<{ readonly batch: { readonly lambda: number; readonly centerX: number; readonly centerY: number } }>(
    "cutmix.safetensors",
  );
  const { lambda, centerX, centerY } = fixture.about.batch;
  const augmenter = await contribution(cutmix, "augmenter");
  const images = fixture.tensor("before.images");
  const permutation = [...fixture.array("permutation").data];
  const plan = augmenter.sample(drawing({ lambda, x: centerX, y: centerY, permutation }), infoOf(images.shape));
  const after = propose(augmenter, plan, images);
  expect([...readNow(after)]).toEqual([...fixture.array("after.images").data]);
  disposeAll([images, after]);
});

test("a chain: each takes what the one before it made, and leaves it as it was", async () => {
  const fixture = new Fixture("cutmix.safetensors");
  const images = fixture.tensor("before.images");
  const info = infoOf(images.shape);
  const [before, first] = [await contribution(cutout, "augmenter", { side: 4 }), await contribution(cutmix, "augmenter")];
  const cut = propose(before, before.sample(drawing({ x: 3, y: 4 }), info), images);
  const permutation = [...fixture.array("permutation").data];
  const plan = first.sample(drawing({ lambda: 0.6, x: 5, y: 3, permutation }), info) as unknown as { box: Box };
  const positive = (value: number): number => value + 0; // a negative pixel cut out is -0
  const values = [...readNow(cut)].map(positive);
  const count = tensorCount();
  const mixed = propose(first, plan as never, cut);
  expect(tensorCount() - count).toBe(1);
  expect([...readNow(cut)].map(positive)).toEqual(values);
  const [, height = 0, width = 0, channels = 0] = images.shape;
  const { box } = plan;
  const expected = values.map((value, index) => {
    const x = Math.floor(index / channels) % width;
    const y = Math.floor(index / channels / width) % height;
    const row = Math.floor(index / channels / width / height);
    const inside = y >= box.top && y < box.top + box.height && x >= box.left && x < box.left + box.width;
    return inside ? values[index + (permutation[row]! - row) * height * width * channels] : value;
  });
  expect([...readNow(mixed)].map(positive)).toEqual(expected);
  disposeAll([images, cut, mixed]);
});

test("mixup mixes a batch", async () => {
  const fixture = new Fixture<{ readonly lambda: number }>("mixup.safetensors");
  const augmenter = await contribution(mixup, "augmenter");
  const images = fixture.tensor("before.images");
  const permutation = [...fixture.array("permutation").data];
  const plan = augmenter.sample(drawing({ lambda: fixture.about.lambda, permutation }), infoOf(images.shape));
  const after = propose(augmenter, plan, images);
  fixture.expectTensor("after.images", after);
  disposeAll([images, after]);
});

interface Squares {
  readonly cases: Readonly<Record<string, { readonly height: number; readonly width: number; readonly length: number }>>;
  readonly batch: { readonly case: string; readonly mask: number };
}
const squares = new Fixture<Squares>("cutout.safetensors");

test.each(Object.entries(squares.about.cases))("cutout cuts the published squares, %s", async (id, { height, width, length }) => {
  const augmenter = await contribution(cutout, "augmenter", { side: length });
  const centers = squares.array(`${id}.centers`).data;
  const masks = squares.array(`${id}.masks`).data;
  const image = ones([1, height, width, 1]);
  for (let index = 0; index < centers.length / 2; index += 1) {
    const stream = drawing({ x: centers[2 * index]!, y: centers[2 * index + 1]! });
    const cut = propose(augmenter, augmenter.sample(stream, infoOf(image.shape)), image);
    expect([...readNow(cut)]).toEqual([...masks.subarray(index * height * width, (index + 1) * height * width)]);
    cut.dispose();
  }
  image.dispose();
});

test("cutout cuts one square out of a whole batch, bit for bit", async () => {
  const { case: id, mask } = squares.about.batch;
  const augmenter = await contribution(cutout, "augmenter", { side: squares.about.cases[id]!.length });
  const images = squares.tensor("before.images");
  const [x, y] = squares.array(`${id}.centers`).data.subarray(2 * mask, 2 * mask + 2);
  const after = propose(augmenter, augmenter.sample(drawing({ x: x!, y: y! }), infoOf(images.shape)), images);
  expect([...readNow(after)]).toEqual([...squares.array("after.images").data]);
  disposeAll([images, after]);
});

test("cutout's default side is the published one at 32 and 64 pixels", async () => {
  const augmenter = await contribution(cutout, "augmenter");
  for (const [size, side] of [[32, 8], [64, 16]] as const) {
    const { box } = augmenter.sample(drawing({ x: size / 2, y: size / 2 }), infoOf([1, size, size, 3])) as unknown as { box: Box };
    expect([box.height, box.width]).toEqual([side, side]);
  }
});
