import { minimize } from "./minimize.js";
import { digamma, logGamma } from "./special-functions.js";

/** BG/NBD: activity comes at a rate that is gamma distributed over customers (r, alpha), and after each a customer may stop, with a chance that is beta distributed (a, b). */
export interface BgNbd {
  r: number;
  alpha: number;
  a: number;
  b: number;
}

/** What the model knows of a customer: repeats after the first activity, and times in any one unit. */
export interface CustomerHistory {
  /** Repeated activities, 0 for none. */
  x: number;
  /** From the first to the last activity. */
  recency: number;
  /** From the first activity until now. */
  age: number;
}

/** Customers as columns. */
export interface CustomerHistories {
  x: ArrayLike<number>;
  recency: ArrayLike<number>;
  age: ArrayLike<number>;
}

/**
 * Fits BG/NBD by maximum likelihood (Fader, Hardie and Lee 2005, "Counting your customers" the easy way, Marketing Science 24).
 *
 * @param customers one a row; times in any one unit, finite and not negative
 * @returns null where the likelihood has no maximum that can be found
 */
export function fitBgNbd({ x, recency, age }: CustomerHistories): BgNbd | null {
  const rows = x.length;
  let most = 0;
  let repeats = 0;
  for (let i = 0; i < rows; i++) {
    most = Math.max(most, age[i]);
    repeats = Math.max(repeats, x[i]);
  }
  if (rows === 0 || most === 0 || repeats === 0) return null;
  // in units in which the oldest customer is ten: the parameters are then of one size
  const unit = most / 10;
  const distinct = [...new Set(Array.from(x))].sort((p, q) => p - q);
  const placeOf = new Map(distinct.map((value, k) => [value, k]));
  const place = Int32Array.from({ length: rows }, (_, i) => placeOf.get(x[i]) ?? 0);
  const log = minimize((logs) => lossAt(logs, { x, recency, age }, { unit, distinct, place }), new Float64Array(4), {
    tolerance: 1e-12,
    steps: 300,
  });
  if (log === null) return null;
  const [r, alpha, a, b] = log.map(Math.exp);
  return { r, alpha: alpha * unit, a, b };
}

/** Parts of the likelihood that customers of equally many repeats share. */
interface Shared {
  unit: number;
  distinct: readonly number[];
  place: Int32Array;
}

/** A weak pull of the logs of the parameters to 0: it keeps a parameter that the data do not tell of from running away. */
const PULL = 1e-6;

/** Mean negative log-likelihood at logs of the parameters, with its gradient. */
function lossAt(logs: Float64Array, { x, recency, age }: CustomerHistories, { unit, distinct, place }: Shared) {
  const [r, alpha, a, b] = logs.map(Math.exp);
  const shared = distinct.map((n) => ({
    value: logGamma(r + n) - logGamma(r) + logGamma(a + b) + logGamma(b + n) - logGamma(b) - logGamma(a + b + n),
    r: digamma(r + n) - digamma(r),
    a: digamma(a + b) - digamma(a + b + n),
    b: digamma(a + b) + digamma(b + n) - digamma(b) - digamma(a + b + n),
  }));
  const rows = x.length;
  let value = 0;
  const sums = new Float64Array(4);
  for (let i = 0; i < rows; i++) {
    const n = x[i];
    const own = shared[place[i]];
    const [last, now] = [alpha + recency[i] / unit, alpha + age[i] / unit];
    const alive = -(r + n) * Math.log(now);
    const gone = n > 0 ? Math.log(a / (b + n - 1)) - (r + n) * Math.log(last) : Number.NEGATIVE_INFINITY;
    const top = Math.max(alive, gone);
    const sum = Math.exp(alive - top) + Math.exp(gone - top);
    const isGone = Math.exp(gone - top) / sum;
    value += own.value + r * Math.log(alpha) + top + Math.log(sum);
    sums[0] += own.r + Math.log(alpha) - (1 - isGone) * Math.log(now) - isGone * Math.log(last);
    sums[1] += r / alpha - (r + n) * ((1 - isGone) / now + isGone / last);
    sums[2] += own.a + isGone / a;
    sums[3] += own.b - (n > 0 ? isGone / (b + n - 1) : 0);
  }
  const parameters = [r, alpha, a, b];
  const pull = logs.reduce((total, each) => total + each * each, 0) * PULL;
  return {
    value: -value / rows + pull,
    gradient: sums.map((each, k) => (-each * parameters[k]) / rows + 2 * PULL * logs[k]),
  };
}

/** Probability that a customer has not stopped (Fader, Hardie and Lee 2008, "Computing P(alive) using the BG/NBD model"). */
export function probabilityAlive({ r, alpha, a, b }: BgNbd, { x, recency, age }: CustomerHistory): number {
  if (x === 0) return 1;
  return 1 / (1 + (a / (b + x - 1)) * ((alpha + age) / (alpha + recency)) ** (r + x));
}

/** Probability of no activity within a time from now on. */
export function probabilityOfNone(model: BgNbd, customer: CustomerHistory, time: number): number {
  const { r, alpha } = model;
  const none = ((alpha + customer.age) / (alpha + customer.age + time)) ** (r + customer.x);
  return 1 - probabilityAlive(model, customer) * (1 - none);
}

/** Expected number of activities within a time from now on (equation 10 of the paper). */
export function expectedActivities(model: BgNbd, customer: CustomerHistory, time: number): number {
  const { r, alpha, a, b } = model;
  const { x, age } = customer;
  const z = time / (alpha + age + time);
  const none = ((alpha + age) / (alpha + age + time)) ** (r + x);
  const sum = hypergeometric(r + x, b + x, a + b + x - 1, z);
  return ((a + b + x - 1) / (a - 1)) * (1 - none * sum) * probabilityAlive(model, customer);
}

/** Gauss's ₂F₁(a, b; c; z) for 0 ≤ z < 1 by its series (DLMF 15.2.1). */
function hypergeometric(a: number, b: number, c: number, z: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 0; k < 100_000 && Math.abs(term) > Math.abs(sum) * 1e-16; k++) {
    term *= (((a + k) * (b + k)) / ((c + k) * (k + 1))) * z;
    sum += term;
  }
  return sum;
}
