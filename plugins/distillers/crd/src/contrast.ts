import type { TensorLike } from "@kdf/core";
import {
  add,
  divide,
  exponential,
  gather,
  integers,
  knownGradient,
  logarithm,
  matrixMultiply,
  multiply,
  negate,
  pad,
  reshape,
  scope,
  sigmoid,
  softplus,
  subtract,
  sum,
  transpose,
  withRows,
  zeros,
} from "@kdf/tensor";
import type { Bank } from "./bank.js";

/** The rows of the bank that a batch is scored against. */
export interface Drawn {
  /** [B]: the images' own rows, the positives. */
  readonly own: Int32Array;
  /** [B·K]: the negatives of each image. */
  readonly negatives: Int32Array;
}

/** Rows that are scored by one product: bounds what the scores of a large bank take. */
export const blockRows = 65_536;

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
  const images = drawn.own.length;
  const count = drawn.negatives.length / images;
  const noise = count / bank.length;
  return knownGradient(
    ([e]) => {
      const queries = divide(e!, temperature);
      const shift = logarithm(multiply(constant(e!), noise + epsilon));
      const own = positives(queries, bank, drawn);
      const against = negate(subtract(own.scores, shift));
      const parts = blocksOf(queries, bank, drawn, ({ rows, scores, places, size }) => {
        const odds = subtract(scores, shift);
        const slopes = reshape(withRows(zeros([size * images]), places, sigmoid(odds)), [size, images]);
        return { loss: total(softplus(odds)), gradient: matrixMultiply(slopes, rows, true) };
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
    const parts = blocksOf(queries, bank, drawn, ({ scores }) => ({ sum: total(exponential(scores)) }));
    const all = parts.reduce((whole, part) => add(whole, part.sum), own);
    return reshape(multiply(all, bank.length / (drawn.own.length + drawn.negatives.length)), [1]);
  });
}

function positives(queries: TensorLike, bank: Bank, { own }: Drawn): { readonly rows: TensorLike; readonly scores: TensorLike } {
  const rows = bank.rows(own);
  return { rows, scores: sum(multiply(queries, rows), 1) };
}

interface Block {
  /** [size,D] of the bank. */
  readonly rows: TensorLike;
  readonly size: number;
  /** [M]: the scores of the negatives that lie in the block. */
  readonly scores: TensorLike;
  /** [M] int32: where they stand among the block's [size,B] scores. */
  readonly places: TensorLike;
}

/** What `use` makes of each block that holds negatives; the block is disposed after. */
function blocksOf<T extends Record<string, TensorLike>>(queries: TensorLike, bank: Bank, drawn: Drawn, use: (block: Block) => T): T[] {
  const images = drawn.own.length;
  // The bank's rows first: the wasm engine multiplies fast only what need not be transposed.
  const columns = transpose(queries);
  return placesByBlock(drawn.negatives, images, bank.length).flatMap((named, block) => {
    if (named.length === 0) return [];
    return scope(() => {
      const start = block * blockRows;
      const size = Math.min(blockRows, bank.length - start);
      const rows = bank.block(start, size);
      const places = integers(named, [named.length]);
      const scores = gather(reshape(matrixMultiply(rows, columns), [size * images]), places);
      return use({ rows, size, scores, places }) as never;
    }) as T;
  });
}

/** For each block of rows, where its negatives stand in a matrix [rows of the block, images]. */
function placesByBlock(negatives: Int32Array, images: number, length: number): Int32Array[] {
  const count = negatives.length / images;
  const sizes = new Int32Array(Math.ceil(length / blockRows));
  for (const row of negatives) sizes[Math.floor(row / blockRows)]! += 1;
  const places = Array.from(sizes, (size) => new Int32Array(size));
  sizes.fill(0);
  negatives.forEach((row, draw) => {
    const block = Math.floor(row / blockRows);
    places[block]![sizes[block]!] = (row - block * blockRows) * images + Math.floor(draw / count);
    sizes[block]! += 1;
  });
  return places;
}

const width = 1024;

/** The sum of [M] by columns first: engines that add numbers one after the other lose the digits of the small ones. */
function total(values: TensorLike): TensorLike {
  const length = values.shape[0]!;
  const rows = Math.ceil(length / width);
  return sum(sum(reshape(pad(values, [[0, rows * width - length]]), [rows, width]), 0));
}
