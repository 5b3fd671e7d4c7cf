/** Tensors made from names, as scripts/generator.py makes them: weights and images of the networks' fixtures. */

/** FNV-1a, 32 bits, over the UTF-8 bytes of the name. */
function hashOf(name: string): number {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value;
}

/** murmur3's finaliser of (place + hash of the name). */
export function bits(name: string, count: number): Uint32Array {
  const hash = hashOf(name);
  const drawn = new Uint32Array(count);
  for (let place = 0; place < count; place += 1) {
    let x = (place + hash) >>> 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    drawn[place] = x ^ (x >>> 16);
  }
  return drawn;
}

const productOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** float32(scale * v), v in [-1, 1). */
export function uniform(name: string, shape: readonly number[], scale: number): Float32Array {
  return mapped(bits(name, productOf(shape)), (value) => scale * unit(value));
}

/** `Float32Array.from` takes ten times as long. */
function mapped(drawn: Uint32Array, valueOfBits: (value: number) => number): Float32Array {
  const values = new Float32Array(drawn.length);
  for (let place = 0; place < values.length; place += 1) values[place] = valueOfBits(drawn[place]!);
  return values;
}

const unit = (value: number): number => (value / 2 ** 32) * 2 - 1;

/** One entry of a network's state dict in PyTorch's shape, told apart by its name and rank alone. `openBiases` leave most ReLUs open. */
export function parameter(name: string, shape: readonly number[], openBiases = false): Float32Array {
  return mapped(bits(name, productOf(shape)), valueOf(name, shape, openBiases));
}

function valueOf(name: string, shape: readonly number[], openBiases: boolean): (value: number) => number {
  const [, inputs = 1, height = 1, width = 1] = shape;
  if (name.endsWith("running_mean")) return (value) => 0.1 * unit(value);
  if (name.endsWith("running_var")) return (value) => 1 + 0.3 * unit(value);
  if (name.endsWith("bias")) return (value) => (openBiases ? 2.5 : unit(value) < 0 ? -2 : 2) + 0.5 * unit(value);
  if (shape.length === 1) return (value) => 1 + 0.2 * unit(value);
  if (shape.length === 2) return (value) => unit(value) * (0.25 * Math.sqrt(3 / inputs));
  const bound = Math.sqrt(6 / (inputs * height * width)) * (name.endsWith("conv2.weight") ? 0.25 : 1);
  return (value) => unit(value) * bound;
}

/** A count-sketch: linear in `values`, and the expected squared norm of it is theirs. */
export function sketch(values: ArrayLike<number>, buckets: number): Float64Array {
  const sums = new Float64Array(buckets);
  bits("sketch", values.length).forEach((drawn, place) => {
    sums[drawn % buckets]! += (drawn >>> 8) & 1 ? -values[place]! : values[place]!;
  });
  return sums;
}
