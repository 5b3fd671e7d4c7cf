import type { MetricDraws } from "@kdf/core";
import { RunningDeviation } from "./running-deviation.js";

/** More are not kept: 10,000 draws of 100 classes take 8 MB. */
const most = 10_000;

/** The draws themselves, so that the value can be computed of some of them. */
export class KeptDraws implements MetricDraws {
  #draws: Float64Array[] | undefined = [];

  get count(): number {
    return this.#draws?.length ?? 0;
  }

  /** Keeps `draw`, which the caller leaves as it is; with one too many none is kept. */
  add(draw: Float64Array): void {
    this.#draws?.push(draw);
    if (this.count > most) this.#draws = undefined;
  }

  /** Whether all of `count` draws are here. */
  complete(count: number): boolean {
    return this.count === count;
  }

  value(places: readonly number[]): number | null {
    const chosen = new RunningDeviation();
    places.forEach((place) => chosen.add(this.#draws![place]!));
    return chosen.mean();
  }
}
