/**
 * Probability that |T| is at least |t| for Student's t with `df` degrees of freedom: I(df / (df + t²); df/2, 1/2).
 *
 * Continued fraction of the incomplete beta function by Lentz's method (DLMF 8.17.22), right to about 1e-12 for any df.
 *
 * @param df above 0
 * @example
 * studentTwoSided(2.228, 10); // 0.05
 */
export function studentTwoSided(t: number, df: number): number {
  const square = t * t;
  if (!Number.isFinite(square)) return 0;
  if (square === 0) return 1;
  const a = df / 2;
  const b = 0.5;
  const x = df / (df + square);
  const y = square / (df + square);
  // x^a (1−x)^b / B(a, b), with log x as log1p: x is near 1 when df is large
  const front = Math.exp(-a * Math.log1p(square / df) + b * Math.log(y) - logBetaHalf(a));
  // the fraction converges fast only on its own side of the mean
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(a, b, x)) / a
    : Math.max(0, 1 - (front * betaFraction(b, a, y)) / b);
}

function betaFraction(a: number, b: number, x: number): number {
  const tiny = 1e-300;
  let c = 1;
  let d = 1 - ((a + b) * x) / (a + 1);
  d = 1 / (Math.abs(d) < tiny ? tiny : d);
  let h = d;
  for (let m = 1; m < 100_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonzero(1 + even * d, tiny);
    c = nonzero(1 + even / c, tiny);
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonzero(1 + odd * d, tiny);
    c = nonzero(1 + odd / c, tiny);
    const step = d * c;
    h *= step;
    if (Math.abs(step - 1) < 1e-15) break;
  }
  return h;
}

const nonzero = (value: number, tiny: number) => (Math.abs(value) < tiny ? tiny : value);

/** log B(a, ½) = log √π − log Γ(a + ½)/Γ(a), the ratio by its asymptotic series (DLMF 5.11.13). */
function logBetaHalf(a: number): number {
  let ratio = 0;
  let z = a;
  // Γ(a+½)/Γ(a) = Γ(z+½)/Γ(z) · Π a/(a+½): the series is exact to a double from 20 on
  for (; z < 20; z++) ratio += Math.log(z / (z + 0.5));
  const u = 1 / z;
  ratio += 0.5 * Math.log(z) - u / 8 + u ** 3 / 192 - u ** 5 / 640 + (17 * u ** 7) / 14336 - (31 * u ** 9) / 18432;
  return 0.5 * Math.log(Math.PI) - ratio;
}
