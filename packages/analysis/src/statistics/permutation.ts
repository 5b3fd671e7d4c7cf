/**
 * Two-sided p of sum a_i b_i among all pairings of the whole numbers `a` and `b`, each as likely as any other: twice the
 * smaller of both tails, at most 1. Exact: subset by subset of `b`, how many pairings give each sum. For up to 11 numbers.
 */
export function pairingP(a: readonly number[], b: readonly number[]): number {
  const n = a.length;
  const observed = a.reduce((sum, value, place) => sum + value * b[place]!, 0);
  const [upwards, downwards] = [[...a].sort((x, y) => x - y), [...b].sort((x, y) => x - y)];
  const width = upwards.reduce((sum, value, place) => sum + value * downwards[place]!, 0) + 1;
  // counts[subset * width + sum]: pairings of the first |subset| of a with that subset of b.
  const counts = new Float64Array(2 ** n * width);
  counts[0] = 1;
  for (let subset = 0; subset < 2 ** n - 1; subset += 1) {
    const value = a[bits(subset)]!;
    for (let chosen = 0; chosen < n; chosen += 1) {
      if ((subset & (1 << chosen)) !== 0) continue;
      const gain = value * b[chosen]!;
      const to = (subset | (1 << chosen)) * width + gain;
      const from = subset * width;
      for (let sum = 0; sum + gain < width; sum += 1) counts[to + sum]! += counts[from + sum]!;
    }
  }
  const all = counts.subarray((2 ** n - 1) * width);
  const total = all.reduce((sum, count) => sum + count, 0);
  const tail = (from: number, to: number): number => all.subarray(from, to).reduce((sum, count) => sum + count, 0) / total;
  return Math.min(1, 2 * Math.min(tail(0, observed + 1), tail(observed, width)));
}

function bits(subset: number): number {
  let count = 0;
  for (let rest = subset; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/**
 * Two-sided p of a number of discordant pairs among all orders of `n` different values (Kendall 1938): the distribution of
 * the inversions of a permutation, exact.
 */
export function inversionsP(discordant: number, n: number): number {
  const pairs = (n * (n - 1)) / 2;
  let shares = Float64Array.of(1);
  for (let size = 2; size <= n; size += 1) {
    const next = new Float64Array((size * (size - 1)) / 2 + 1);
    shares.forEach((share, inversions) => {
      for (let added = 0; added < size; added += 1) next[inversions + added]! += share / size;
    });
    shares = next;
  }
  const fewer = Math.min(discordant, pairs - discordant);
  const tail = shares.subarray(0, fewer + 1).reduce((sum, share) => sum + share, 0);
  return Math.min(1, 2 * tail);
}
