/** Values in the order in which they came, cut into draws of one length; single precision, saved exactly. */
export class DrawTable {
  readonly #length: number;
  readonly #most: number;
  readonly #draws: Float32Array[] = [];
  #count = 0;

  /** `length`: values to a draw. After `most` draws what comes counts for nothing. */
  constructor(length: number, most: number) {
    this.#length = length;
    this.#most = most;
  }

  /** Complete ones. */
  get draws(): number {
    return Math.floor(this.#count / this.#length);
  }

  /** Values of a draw that is not complete. */
  get rest(): number {
    return this.#count % this.#length;
  }

  add(value: number): void {
    if (this.#count === this.#length * this.#most) return;
    if (this.rest === 0) this.#draws.push(new Float32Array(this.#length));
    this.#draws.at(-1)![this.rest] = value;
    this.#count += 1;
  }

  /**
   * Of the draws at `places`, some perhaps several times: the sum of the unbiased covariances between different places of a
   * draw, each pair once, over the square of their number. `normalized`: of the values divided by the largest of their
   * place. Null of fewer than two draws, and where a value is not finite. No matrix is made: the variance of a sum is that
   * of its terms and twice the covariance of each pair.
   */
  covariance(places: readonly number[], normalized: boolean): number | null {
    if (places.length < 2) return null;
    const rows = places.map((place) => this.#draws[place]!);
    const sums = new Float64Array(places.length);
    const column = new Float64Array(places.length);
    let variances = 0;
    for (let at = 0; at < this.#length; at += 1) {
      let largest = -Infinity;
      for (let draw = 0; draw < column.length; draw += 1) {
        column[draw] = rows[draw]![at]!;
        largest = Math.max(largest, column[draw]!);
      }
      // Where every value is 0 there is nothing to divide by, and nothing that varies.
      const scale = normalized && largest !== 0 ? 1 / largest : 1;
      for (let draw = 0; draw < column.length; draw += 1) {
        column[draw]! *= scale;
        sums[draw]! += column[draw]!;
      }
      variances += variance(column);
    }
    const covariance = (variance(sums) - variances) / 2 / this.#length ** 2;
    return Number.isFinite(covariance) ? covariance : null;
  }

  /** The unbiased variance of the draws' means; null of fewer than two, and where a value is not finite. */
  meanVariance(): number | null {
    if (this.draws < 2) return null;
    const means = Float64Array.from(this.#draws.slice(0, this.draws), (draw) => draw.reduce((sum, value) => sum + value, 0) / this.#length);
    const spread = variance(means);
    return Number.isFinite(spread) ? spread : null;
  }

  /** The bits of the values, little-endian, in base 64. */
  save(): string {
    const values = new Float32Array(this.#count);
    this.#draws.forEach((draw, place) => values.set(draw.subarray(0, this.#count - place * this.#length), place * this.#length));
    return Buffer.from(values.buffer).toString("base64");
  }

  /** Of a table in which nothing is yet. */
  restore(saved: string): void {
    const bytes = Buffer.from(saved, "base64");
    for (let at = 0; at < bytes.length; at += 4) this.add(bytes.readFloatLE(at));
  }
}

function variance(values: Float64Array): number {
  let mean = 0;
  for (const value of values) mean += value / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return squares / (values.length - 1);
}
