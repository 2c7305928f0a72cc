/**
 * Distances between a reference distribution p and a chunk's distribution q over the same bins.
 *
 * What of the chunk lies in no bin (outside the reference's range, in an unknown category) is one more bin, empty in the
 * reference, as NannyML has it.
 */

/** Jensen–Shannon distance: the square root of the divergence in bits (Lin 1991; Endres and Schindelin 2003). */
export function jensenShannon(p: ArrayLike<number>, q: ArrayLike<number>): number {
  const rest = Math.max(0, leftover(q));
  const totalP = total(p);
  const totalQ = total(q) + rest;
  // the order of sums is scipy's: near 0 the root turns the last bit into the sixth digit
  let left = 0;
  let right = 0;
  for (let i = 0; i < p.length; i++) {
    const a = p[i] / totalP;
    const b = q[i] / totalQ;
    const m = (a + b) / 2;
    if (a > 0) left += a * Math.log(a / m);
    if (b > 0) right += b * Math.log(b / m);
  }
  if (rest > 0) right += (rest / totalQ) * Math.LN2;
  return Math.sqrt(Math.max(0, (left + right) / Math.LN2 / 2));
}

/** Hellinger distance (1909). */
export function hellinger(p: ArrayLike<number>, q: ArrayLike<number>): number {
  let sum = Math.max(0, leftover(q));
  for (let i = 0; i < p.length; i++) sum += (Math.sqrt(p[i]) - Math.sqrt(q[i])) ** 2;
  return Math.sqrt(sum) / Math.SQRT2;
}

/** The greatest difference of a share. Unknown categories are to be bins of their own. */
export function lInfinity(p: ArrayLike<number>, q: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < p.length; i++) most = Math.max(most, Math.abs(p[i] - q[i]));
  return most;
}

// half a row in ten thousand: an empty bin counts as this much
const EMPTY = 1e-4;

/** Population stability index: Σ (q − p)·ln(q / p) (Lewis 1994); empty bins count as 0.0001. */
export function populationStability(p: ArrayLike<number>, q: ArrayLike<number>): number {
  const term = (a: number, b: number) => (b - a) * Math.log(Math.max(b, EMPTY) / Math.max(a, EMPTY));
  let sum = term(0, Math.max(0, leftover(q)));
  for (let i = 0; i < p.length; i++) sum += term(p[i], q[i]);
  return sum;
}

function total(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum;
}

const leftover = (q: ArrayLike<number>): number => 1 - total(q);
