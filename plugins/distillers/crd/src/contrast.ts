import type { TensorLike } from "@kdf/core";
import {
  add,
  divide,
  exponential,
  floats,
  knownGradient,
  logarithm,
  matrixMultiply,
  multiply,
  negate,
  reshape,
  scope,
  sigmoid,
  softplus,
  subtract,
  sum,
  transpose,
} from "@kdf/tensor";
import type { Bank } from "./bank.js";

/** The rows of the bank that a batch is scored against. */
export interface Drawn {
  /** [B]: the images' own rows, the positives. */
  readonly own: Int32Array;
  /** K */
  readonly count: number;
  /** For each block of the bank's rows, where its negatives stand in a matrix [rows of the block, B]. */
  readonly places: readonly Int32Array[];
}

/** Rows that are scored by one product: bounds what the scores of a large bank take. */
export const blockRows = 65_536;

/** `own` [B], and the `negatives` [B·K] of each image in turn, of a bank of `length` rows. */
export function drawnOf(own: Int32Array, negatives: Int32Array, length: number): Drawn {
  const images = own.length;
  const count = negatives.length / images;
  const sizes = new Int32Array(Math.ceil(length / blockRows));
  for (const row of negatives) sizes[Math.floor(row / blockRows)]! += 1;
  const places = Array.from(sizes, (size) => new Int32Array(size));
  sizes.fill(0);
  for (let image = 0, draw = 0; image < images; image += 1) {
    for (const end = draw + count; draw < end; draw += 1) {
      const row = negatives[draw]!;
      const block = Math.floor(row / blockRows);
      places[block]![sizes[block]!] = (row - block * blockRows) * images + image;
      sizes[block]! += 1;
    }
  }
  return { own, count, places };
}

/** Added to a denominator in the reference. */
const epsilon = 1e-7;

/**
 * One direction of the contrastive loss (Tian et al. 2020, equation 17, as estimated in their code by noise contrast):
 *
 * P_ij = exp(e_i · M_j / τ) / Z,  c = K / N,
 * loss = -1/B Σ_i [log P_ii / (P_ii + c + 1e-7) + Σ_negatives log c / (P_ij + c + 1e-7)]
 *
 * With u = e·M / τ - log((c + 1e-7) Z) the parts are softplus(-u) and softplus(u) + log(1 + 1e-7 / c): nothing is divided by
 * a small number, and log(1 + a little) keeps its digits. The gradient in e is that of u, ∓sigmoid(∓u), times M / τ: it is
 * computed beside the loss, block by block, so that no more than one block's scores are ever held.
 *
 * `embeddings` e [B,D]; `bank` M [N,D] of the other model; `constant` gives Z [1] for embeddings of which no gradient is
 * taken. A scalar, differentiable in the embeddings.
 */
export function contrast(
  embeddings: TensorLike,
  bank: Bank,
  drawn: Drawn,
  constant: (embeddings: TensorLike) => TensorLike,
  temperature: number,
): TensorLike {
  const { count } = drawn;
  const images = drawn.own.length;
  const noise = count / bank.length;
  return knownGradient(
    ([e]) => {
      const queries = divide(e!, temperature);
      const shift = logarithm(multiply(constant(e!), noise + epsilon));
      const own = positives(queries, bank, drawn);
      const against = negate(subtract(own.scores, shift));
      const parts = blocksOf(queries, bank, drawn, ({ rows, scores, chosen }) => {
        const odds = subtract(scores, shift);
        const slopes = multiply(sigmoid(odds), chosen);
        return { loss: total(multiply(softplus(odds), chosen)), gradient: matrixMultiply(transpose(slopes), rows) };
      });
      const pull = multiply(reshape(sigmoid(against), [images, 1]), own.rows);
      const push = parts.map(({ gradient }) => gradient).reduce((a, b) => add(a, b));
      const losses = [sum(softplus(against)), ...parts.map(({ loss }) => loss)].reduce((a, b) => add(a, b));
      return {
        value: add(divide(losses, images), count * Math.log1p(epsilon / noise)),
        gradients: [divide(subtract(push, pull), images * temperature)],
      };
    },
    [embeddings],
  );
}

/** Z [1] = N · mean of exp(e_i · M_j / τ) over the positives and negatives of a batch. No gradient. */
export function normalizingConstant(embeddings: TensorLike, bank: Bank, drawn: Drawn, temperature: number): TensorLike {
  return scope(() => {
    const queries = divide(embeddings, temperature);
    const own = sum(exponential(positives(queries, bank, drawn).scores));
    const parts = blocksOf(queries, bank, drawn, ({ scores, chosen }) => ({ sum: total(multiply(exponential(scores), chosen)) }));
    const all = parts.reduce((whole, part) => add(whole, part.sum), own);
    return reshape(multiply(all, bank.length / (drawn.own.length * (1 + drawn.count))), [1]);
  });
}

function positives(queries: TensorLike, bank: Bank, { own }: Drawn): { readonly rows: TensorLike; readonly scores: TensorLike } {
  const rows = bank.rows(own);
  return { rows, scores: sum(multiply(queries, rows), 1) };
}

interface Block {
  /** [size,D] of the bank. */
  readonly rows: TensorLike;
  /** [size,B] */
  readonly scores: TensorLike;
  /** [size,B]: 1 for the negatives of each image, 0 elsewhere. */
  readonly chosen: TensorLike;
}

/** What `use` makes of each block that holds negatives; the block is disposed after. */
function blocksOf<T extends Record<string, TensorLike>>(queries: TensorLike, bank: Bank, drawn: Drawn, use: (block: Block) => T): T[] {
  const images = drawn.own.length;
  // The bank's rows first: the wasm engine takes ten times as long for a product of which a side is to be transposed.
  const columns = transpose(queries);
  return drawn.places.flatMap((places, block): T[] => {
    if (places.length === 0) return [];
    const made = scope(() => {
      const start = block * blockRows;
      const size = Math.min(blockRows, bank.length - start);
      const rows = bank.block(start, size);
      const ones = new Float32Array(size * images);
      for (const place of places) ones[place] = 1;
      return use({ rows, scores: matrixMultiply(rows, columns), chosen: floats(ones, [size, images]) }) as never;
    }) as T;
    return [made];
  });
}

/** The sum of [size,B] by images first: engines that add numbers one after the other lose the digits of the small ones. */
const total = (values: TensorLike): TensorLike => sum(sum(values, 0));
