/** ln Γ(x) for x > 0 (Lanczos, g = 7, nine terms; relative error below 1e-14). */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const t = x + 6.5;
  let sum = 0.99999999999980993;
  LANCZOS.forEach((c, i) => {
    sum += c / (x + i);
  });
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

const LANCZOS = [
  676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
  -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** ψ(x), the derivative of ln Γ, for x > 0: recurrence up to 10, then the asymptotic series (DLMF 5.11.2); error below 1e-14. */
export function digamma(x: number): number {
  let sum = 0;
  let z = x;
  for (; z < 10; z++) sum -= 1 / z;
  const w = 1 / (z * z);
  const series = w * (1 / 12 - w * (1 / 120 - w * (1 / 252 - w * (1 / 240 - w * (1 / 132 - (w * 691) / 32760)))));
  return sum + Math.log(z) - 1 / (2 * z) - series;
}

/**
 * The regularised upper incomplete gamma function Q(a, z) for a > 0: a series below the mean, Lentz's continued fraction above
 * (DLMF 8.7.1 and 8.9.2).
 */
export function upperGamma(a: number, z: number): number {
  if (z <= 0) return 1;
  const front = Math.exp(-z + a * Math.log(z) - logGamma(a));
  if (z < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let k = 1; k < 10_000 && Math.abs(term) > Math.abs(sum) * 1e-17; k++) {
      term *= z / (a + k);
      sum += term;
    }
    return 1 - front * sum;
  }
  let b = z + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let h = d;
  for (let k = 1; k < 10_000; k++) {
    const an = -k * (k - a);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    h *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return front * h;
}
