const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

/** P(X > x) of a standard normal X: to full precision also far out. */
export function upperTail(x: number): number {
  if (x < 0) return 1 - upperTail(-x);
  if (x < 2.5) return 0.5 - density(x) * series(x);
  // Laplace's continued fraction (Abramowitz and Stegun 26.2.14), from its end.
  let fraction = x;
  for (let k = 200; k >= 1; k -= 1) fraction = x + k / fraction;
  return density(x) / fraction;
}

/** x + x³/3 + x⁵/(3·5) + … (26.2.11) */
function series(x: number): number {
  let term = x;
  let sum = x;
  for (let k = 3; term > sum * 1e-17; k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return sum;
}
