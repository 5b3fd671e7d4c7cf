/** Means over all entries of a matrix, the diagonal included, of the entries and of their absolute values. */
export interface MeanEntries {
  readonly mean: number;
  readonly absolute: number;
}

export interface Entries {
  /** Undefined of a single observation. */
  readonly covariance: MeanEntries | undefined;
  /** Undefined of a single observation, and where a variable does not vary. */
  readonly correlation: MeanEntries | undefined;
}

/** Unbiased covariances and correlations between `variables`, each a list of as many observations. */
export function meanEntries(variables: readonly Float64Array[]): Entries {
  const observations = variables[0]?.length ?? 0;
  if (observations < 2) return { covariance: undefined, correlation: undefined };
  const centred = variables.map((values) => {
    const mean = values.reduce((a, b) => a + b, 0) / observations;
    return values.map((value) => value - mean);
  });
  const deviations = centred.map((values) => Math.sqrt(product(values, values) / (observations - 1)));
  const [covariance, correlation] = [new Total(), new Total()];
  centred.forEach((values, row) => {
    for (let column = 0; column <= row; column += 1) {
      const entry = product(values, centred[column]!) / (observations - 1);
      const times = column === row ? 1 : 2;
      covariance.add(entry, times);
      correlation.add(entry / deviations[row]! / deviations[column]!, times);
    }
  });
  return { covariance: covariance.means(), correlation: deviations.includes(0) ? undefined : correlation.means() };
}

class Total {
  #sum = 0;
  #absolute = 0;
  #entries = 0;

  add(entry: number, times: number): void {
    this.#sum += times * entry;
    this.#absolute += times * Math.abs(entry);
    this.#entries += times;
  }

  means(): MeanEntries {
    return { mean: this.#sum / this.#entries, absolute: this.#absolute / this.#entries };
  }
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let place = 0; place < a.length; place += 1) sum += a[place]! * b[place]!;
  return sum;
}
