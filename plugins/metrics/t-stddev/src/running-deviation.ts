import type { Json } from "@kdf/core";

/** Standard deviations of the components of vectors that come one after another (Welford 1962), saved exactly. */
export class RunningDeviation {
  #draws = 0;
  #mean = new Float64Array();
  /** Sum of the squared distances from the mean, by component. */
  #squares = new Float64Array();

  get draws(): number {
    return this.#draws;
  }

  add(draw: Float64Array): void {
    if (this.#draws === 0) {
      this.#mean = new Float64Array(draw.length);
      this.#squares = new Float64Array(draw.length);
    }
    this.#draws += 1;
    draw.forEach((value, component) => {
      const before = value - this.#mean[component]!;
      this.#mean[component]! += before / this.#draws;
      this.#squares[component]! += before * (value - this.#mean[component]!);
    });
  }

  /** The mean over the components of the unbiased standard deviation; null before two draws or when not finite. */
  mean(): number | null {
    if (this.#draws < 2) return null;
    const deviations = this.#squares.map((squares) => Math.sqrt(squares / (this.#draws - 1)));
    const mean = deviations.reduce((a, b) => a + b, 0) / deviations.length;
    return Number.isFinite(mean) ? mean : null;
  }

  save(): Json {
    return { draws: this.#draws, mean: [...this.#mean], squares: [...this.#squares] };
  }

  /** What is not a number has become null on its way through JSON. */
  restore(saved: Json): void {
    const state = saved as unknown as { draws: number; mean: (number | null)[]; squares: (number | null)[] };
    this.#draws = state.draws;
    this.#mean = Float64Array.from(state.mean, (mean) => mean ?? NaN);
    this.#squares = Float64Array.from(state.squares, (squares) => squares ?? NaN);
  }
}
