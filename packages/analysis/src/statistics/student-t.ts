/**
 * P(|T| >= |t|) of Student's t with a whole number of degrees of freedom, which is all that correlations need: no special
 * functions, but a positive series in the tail and the closed form (Abramowitz and Stegun 26.7.3, 26.7.4) elsewhere.
 */
export function twoSidedT(t: number, degrees: number): number {
  if (!Number.isFinite(t)) return 0;
  const x = degrees / (degrees + t * t);
  return x < 0.9 ? tail(x, degrees) : 1 - body(Math.atan(Math.abs(t) / Math.sqrt(degrees)), degrees);
}

/** The t that is not exceeded with probability `p`, from a half to less than 1: found by halving. */
export function quantileT(p: number, degrees: number): number {
  let [low, high] = [0, 1];
  while (twoSidedT(high, degrees) / 2 > 1 - p) high *= 2;
  for (let round = 0; round < 100 && high - low > 1e-14 * high; round += 1) {
    const middle = (low + high) / 2;
    if (twoSidedT(middle, degrees) / 2 > 1 - p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** I_x(degrees/2, 1/2), the regularised incomplete beta function, by its series in x (26.5.4): all terms are positive. */
function tail(x: number, degrees: number): number {
  const a = degrees / 2;
  let term = 1;
  let sum = 1;
  for (let n = 0; term > sum * 1e-17; n += 1) {
    term *= (x * (a + 0.5 + n)) / (a + 1 + n);
    sum += term;
  }
  return (x ** a * Math.sqrt(1 - x) * sum) / (a * betaOfHalf(degrees));
}

/** B(degrees/2, 1/2). */
function betaOfHalf(degrees: number): number {
  let value = degrees % 2 === 0 ? 2 : Math.PI;
  for (let a = degrees % 2 === 0 ? 1 : 0.5; a < degrees / 2; a += 1) value *= a / (a + 0.5);
  return value;
}

function body(angle: number, degrees: number): number {
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const odd = degrees % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k <= degrees - 2; k += 2) {
    term *= ((k - 1) / k) * cosine * cosine;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
}
