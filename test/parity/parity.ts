import { readFileSync } from "node:fs";
import { decodeSafetensors, type StoredArray } from "@kdf/nn";
import { floats, integers, readNow, type Tensor } from "@kdf/tensor";
import { expect } from "vitest";

/** What a fixture's metadata say of its tensors and numbers, and of how they were made. */
export interface About {
  /** How far PyTorch's float32 is from each float64 reference; one number, or one for each step. */
  readonly tensors?: Readonly<Record<string, { readonly float32Error: number | readonly number[]; readonly scale?: number }>>;
  readonly values?: Readonly<Record<string, { readonly reference: number; readonly float32Error: number }>>;
}

/** A file of test/parity/fixtures: float32 inputs, and what PyTorch makes of them in float64. */
export class Fixture<More = unknown> {
  readonly about: About & More;
  readonly #tensors: ReadonlyMap<string, StoredArray>;

  /** `path` within the folder of fixtures. */
  constructor(path: string) {
    const file = new URL(`fixtures/${path}`, import.meta.url);
    const { tensors, metadata } = decodeSafetensors(readFileSync(file), path);
    this.#tensors = tensors;
    this.about = JSON.parse(metadata["parity"] ?? "{}") as About & More;
  }

  array(name: string): StoredArray {
    const array = this.#tensors.get(name);
    if (array === undefined) throw new Error(`the fixture has no tensor ${name}`);
    return array;
  }

  /** A tensor of the engine: all of it, or its part `step` along the first axis. Owned by the caller. */
  tensor(name: string, step?: number): Tensor {
    const { shape, data } = this.array(name);
    const part = step === undefined ? shape : shape.slice(1);
    const values = step === undefined ? data : slice(data, step, part);
    return data instanceof Int32Array ? integers(values as Int32Array, part) : floats(values as Float32Array, part);
  }

  /** Compares with the reference of that name: all of it, or its part `step` along the first axis. */
  expectTensor(name: string, ours: Tensor, step?: number): void {
    const { shape, data } = this.array(name);
    const part = step === undefined ? shape : shape.slice(1);
    expect(ours.shape, `shape of ${name}`).toEqual(part);
    const reference = step === undefined ? data : slice(data, step, part);
    const { float32Error } = this.about.tensors![name]!;
    const bound = typeof float32Error === "number" ? float32Error : float32Error[step!]!;
    expectParity(`${name}${step === undefined ? "" : ` of step ${step}`}`, readNow(ours), reference, bound);
  }

  expectValue(name: string, ours: Tensor | number): void {
    const { reference, float32Error } = this.about.values![name]!;
    expectParity(name, typeof ours === "number" ? [ours] : readNow(ours), [reference], float32Error);
  }
}

/**
 * The rule (test/parity/README.md): ‖ours − reference‖ / scale ≤ max(1e-5, 3 x PyTorch float32's own error), where the scale
 * is ‖reference‖ unless it is given.
 */
export function expectParity(what: string, ours: ArrayLike<number>, reference: ArrayLike<number>, float32Error: number, scale?: number): void {
  expect(ours.length, `length of ${what}`).toBe(reference.length);
  expect(relativeError(ours, reference, scale), `relative error of ${what}`).toBeLessThanOrEqual(Math.max(1e-5, 3 * float32Error));
}

/** ‖ours − reference‖ / scale, which is ‖reference‖ unless it is given; ‖ours‖ where that is zero. NaN when ours is. */
export function relativeError(ours: ArrayLike<number>, reference: ArrayLike<number>, scale?: number): number {
  let difference = 0;
  let norm = 0;
  for (let place = 0; place < reference.length; place += 1) {
    difference += (ours[place]! - reference[place]!) ** 2;
    norm += reference[place]! ** 2;
  }
  const unit = scale ?? Math.sqrt(norm);
  return unit > 0 ? Math.sqrt(difference) / unit : Math.sqrt(difference);
}

function slice(data: StoredArray["data"], step: number, shape: readonly number[]): StoredArray["data"] {
  const size = shape.reduce((product, length) => product * length, 1);
  return data.subarray(step * size, (step + 1) * size);
}
