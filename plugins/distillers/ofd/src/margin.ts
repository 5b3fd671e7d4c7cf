/** The density of the standard normal distribution. */
const density = (x: number): number => Math.exp(-(x * x) / 2) / Math.sqrt(2 * Math.PI);

/** Beyond, it is 0 or 1 to float64. */
const end = 9;

/** The distribution function of the standard normal distribution, by Marsaglia's series (2004); near 0 exact to 1e-16, not relatively. */
export function normalDistribution(x: number): number {
  if (Math.abs(x) > end) return x > 0 ? 1 : 0;
  let [term, sum] = [x, x];
  for (let odd = 3; Math.abs(term) > 1e-17 * Math.abs(sum); odd += 2) {
    term *= (x * x) / odd;
    sum += term;
  }
  return 0.5 + density(x) * sum;
}

/** Below this probability of a negative value the margin is three deviations. */
const leastProbability = 1e-3;

/**
 * The mean of the negative values of N(mean, deviation²), or -3 deviations where hardly any are negative (Heo et al. 2019,
 * equation 5, and their code). It is 0 or less.
 */
export function margin(mean: number, deviation: number): number {
  // What a deviation near 0 tends to.
  if (deviation === 0) return Math.min(mean, 0);
  const probability = normalDistribution(-mean / deviation);
  if (probability <= leastProbability) return -3 * deviation;
  return mean - (deviation * density(mean / deviation)) / probability;
}
