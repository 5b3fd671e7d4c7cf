import { readFileSync } from "node:fs";
import { decodeSafetensors, type StoredArray } from "@kdf/nn";
import { disposeAll, floats, integers, readNow, scope, startReferenceEngine, tensorCount } from "@kdf/tensor";
import { beforeAll, describe, expect, it, test } from "vitest";
import { AutoAugment, type Draw, type Plan } from "./autoaugment.js";
import { magnitudeOf } from "./magnitudes.js";
import { operations, type OperationName } from "./operations.js";
import { policies } from "./policies.js";

/** What torchvision and Pillow made of bytes: test/parity/scripts/torchvision_operations.py. */
interface About {
  readonly cases: Readonly<Record<string, { readonly image: number; readonly steps: readonly Step[] }>>;
  readonly policies: Readonly<Record<string, readonly (readonly (readonly [string, number, number | null])[])[]>>;
  readonly magnitudes: Readonly<Record<string, Readonly<Record<string, readonly [number | readonly number[], boolean]>>>>;
}

interface Step {
  readonly operation: OperationName;
  readonly place: number | null;
  readonly positive: boolean;
}

const file = new URL("../../../../test/parity/torchvision/autoaugment.safetensors", import.meta.url);
const { tensors, metadata } = decodeSafetensors(readFileSync(file), "autoaugment.safetensors");
const about = JSON.parse(metadata["parity"]!) as About;
const kinds = ["colour", "grey"] as const;
const stored = (name: string): StoredArray => tensors.get(name)!;
const inputOf = (image: number, kind: (typeof kinds)[number]): StoredArray => stored(kind === "grey" ? "grey" : `colour.${image}`);
const geometric = /^(Shear|Translate|Rotate)/;
const isPolicy = (name: string): boolean => /^(cifar10|imagenet)\./.test(name);

/** How a picture differs from the expected one. */
class Tally {
  pixels = 0;
  equal = 0;
  worst = 0;

  add(made: ArrayLike<number>, expected: StoredArray): void {
    expect(made.length).toBe(expected.data.length);
    for (let place = 0; place < made.length; place += 1) {
      const difference = Math.abs(made[place]! - Number(expected.data[place]));
      this.pixels += 1;
      if (difference < 1e-3) this.equal += 1;
      this.worst = Math.max(this.worst, difference);
    }
  }
}

function applied({ shape, data }: StoredArray, steps: readonly Step[]): Float32Array {
  const [height = 0, width = 0] = shape;
  const made = scope(() =>
    steps.reduce(
      (images, { operation, place, positive }) => operations[operation](images, magnitudeOf(operation, place ?? undefined, positive, height, width)),
      floats(Float32Array.from(data as Iterable<number>, Number), [1, ...shape]),
    ),
  );
  const values = readNow(made) as Float32Array;
  made.dispose();
  return values;
}

beforeAll(startReferenceEngine);

test("magnitudes, signs and policies are torchvision's", () => {
  for (const [size, space] of Object.entries(about.magnitudes)) {
    const [height, width] = size.split("x").map(Number) as [number, number];
    for (const [name, [values, signed]] of Object.entries(space)) {
      const operation = name as OperationName;
      if (typeof values === "number") {
        expect(magnitudeOf(operation, undefined, false, height, width)).toBe(0);
        continue;
      }
      values.forEach((value, place) => {
        // A digit of single precision may differ, where it is cut off to whole pixels or rounded on the way anyway.
        expect(magnitudeOf(operation, place, true, height, width), `${name} ${place}`).toBeCloseTo(value, 5);
        expect(magnitudeOf(operation, place, false, height, width)).toBeCloseTo(signed ? -value : value, 5);
      });
    }
  }
  const ours = Object.fromEntries(Object.entries(policies).map(([name, rows]) => [name, rows.map((row) => row.map(([operation, probability, place = null]: readonly [string, number, (number | null)?]) => [operation, probability, place]))]));
  expect(ours).toEqual(about.policies);
});

describe("every operation on bytes", () => {
  const names = Object.keys(about.cases).filter((name) => !isPolicy(name));
  const [torchvision, pillow, pillowMoved] = [new Tally(), new Tally(), new Tally()];

  beforeAll(() => {
    for (const name of names) {
      const { image, steps } = about.cases[name]!;
      for (const kind of kinds) {
        const made = applied(inputOf(image, kind), steps);
        torchvision.add(made, stored(`${name}.${kind}`));
        (geometric.test(name) ? pillowMoved : pillow).add(made, tensors.get(`${name}.${kind}.pillow`) ?? stored(`${name}.${kind}`));
      }
    }
  });

  it("is among the recorded ones", () => {
    expect(new Set(names.map((name) => name.split(".")[0]))).toEqual(new Set(Object.keys(operations)));
  });

  it("is torchvision's within one grey level, and all but 1 in 10,000 of the values are equal", () => {
    expect(torchvision.worst).toBeLessThanOrEqual(1);
    expect(torchvision.equal / torchvision.pixels).toBeGreaterThan(0.9999);
  });

  it("is Pillow's within one grey level where no pixel moves, and nine in ten of the values are equal", () => {
    expect(pillow.worst).toBeLessThanOrEqual(1);
    expect(pillow.equal / pillow.pixels).toBeGreaterThan(0.89);
  });

  it("is Pillow's where pixels move, but for the 3 in 100 that lie between two of the original", () => {
    expect(pillowMoved.equal / pillowMoved.pixels).toBeGreaterThan(0.97);
  });
});

describe("whole policies on normalised images", () => {
  const mean = { colour: [0.5071, 0.4867, 0.4408], grey: [0.286] };
  const std = { colour: [0.2675, 0.2565, 0.2761], grey: [0.353] };

  const normalisedOf = (kind: (typeof kinds)[number], { data }: StoredArray): Float32Array => {
    const channels = mean[kind].length;
    return Float32Array.from(data as Iterable<number>, (value, place) => (value / 255 - mean[kind][place % channels]!) / std[kind][place % channels]!);
  };
  /** The grey levels of what a plan makes of normalised images of one size. */
  function proposed(given: { policy: keyof typeof policies; perImage: boolean }, draw: Plan["draw"], kind: (typeof kinds)[number], pictures: readonly StoredArray[]): number[] {
    const values = pictures.flatMap((picture) => [...normalisedOf(kind, picture)]);
    const images = floats(values, [pictures.length, ...pictures[0]!.shape]);
    const indices = integers(pictures.map((_, row) => row), [pictures.length]);
    const count = tensorCount();
    const pool = new AutoAugment(given).propose({ draw, mean: mean[kind], std: std[kind] }, { images, labels: indices, indices });
    expect(tensorCount() - count).toBe(1);
    const made = readNow(pool.images);
    disposeAll([images, indices, pool.images]);
    const channels = mean[kind].length;
    return Array.from(made, (value, place) => (value * std[kind][place % channels]! + mean[kind][place % channels]!) * 255);
  }
  const drawOf = (policy: keyof typeof policies, row: number): Draw => {
    const [first, second] = about.cases[`${policy}.${row}`]!.steps;
    return { subPolicy: row, applied: [true, true], positive: [first!.positive, second!.positive] };
  };

  it.each(["cifar10", "imagenet"] as const)("%s: both operations of every row are torchvision's within one grey level, 999 of 1,000 values equal", (policy) => {
    const tally = new Tally();
    for (const [row] of policies[policy].entries()) {
      const { image } = about.cases[`${policy}.${row}`]!;
      for (const kind of kinds) {
        tally.add(proposed({ policy, perImage: false }, drawOf(policy, row), kind, [inputOf(image, kind)]), stored(`${policy}.${row}.${kind}`));
      }
    }
    expect(tally.worst).toBeLessThan(1 + 1e-3);
    expect(tally.equal / tally.pixels).toBeGreaterThan(0.999);
  });

  it("a batch shares one draw, or each image has its own; where nothing is applied the bytes stay", () => {
    const together = proposed({ policy: "cifar10", perImage: false }, drawOf("cifar10", 4), "grey", [stored("grey"), stored("grey")]);
    const rows = [7, 1, 13, 19, 3];
    const nothing = { ...drawOf("cifar10", 9), applied: [false, false] as [boolean, boolean] };
    // Rows 1, 7, 13 and 19 were recorded with the noise.
    const noise = inputOf(1, "colour");
    const apart = proposed({ policy: "cifar10", perImage: true }, [...rows.slice(0, 4).map((row) => drawOf("cifar10", row)), nothing], "colour", rows.map(() => noise));
    const tally = new Tally();
    [0, 1].forEach((place) => tally.add(together.slice(place * 784, (place + 1) * 784), stored("cifar10.4.grey")));
    rows.slice(0, 4).forEach((row, place) => tally.add(apart.slice(place * noise.data.length, (place + 1) * noise.data.length), stored(`cifar10.${row}.colour`)));
    tally.add(apart.slice(4 * noise.data.length), noise);
    expect(tally.equal / tally.pixels).toBeGreaterThan(0.999);
  });
});
