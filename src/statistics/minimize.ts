/** A function at a place: its value and its gradient. */
export interface PointOf {
  value: number;
  gradient: Float64Array;
}

export interface MinimizeOptions {
  /** Gives x of (curvature at a place) · x = y, exact or about; what the gradients say is used alone where it is left out. */
  curvature?: (at: Float64Array) => (y: Float64Array) => Float64Array;
  /** It ends when a step would lower the value by less than half of this. */
  tolerance?: number;
  steps?: number;
}

/** Steps until the curvature is measured anew. */
const FRESH = 20;

/** Part of the value that rounding hides. */
const UNSEEN = 1e-13;

/** Steps that the direction remembers. */
const MEMORY = 8;

/**
 * Minimizes a smooth convex-like function by limited-memory BFGS with step halving (Nocedal and Wright 2006, algorithm 7.4);
 * `curvature` is where the direction starts from.
 *
 * @param at value and gradient at a place; a place whose value is not finite is stepped back from
 * @returns the place of least value, or null when it is not found within `steps`
 * @example
 * minimize(([x]) => ({ value: (x - 3) ** 2, gradient: Float64Array.of(2 * (x - 3)) }), Float64Array.of(0)); // 3
 */
export function minimize(
  at: (place: Float64Array) => PointOf,
  start: Float64Array,
  { curvature, tolerance = 1e-14, steps = 600 }: MinimizeOptions = {},
): Float64Array | null {
  let place = start;
  let here = at(place);
  let solve = curvature?.(place);
  let pairs: Pair[] = [];
  let unseen = 0;
  for (let step = 1; step <= steps; step++) {
    if (curvature && step % FRESH === 0) {
      solve = curvature(place);
      pairs = [];
    }
    const direction = directionOf(here.gradient, pairs, solve ?? scaled(pairs));
    const decrement = dot(direction, here.gradient);
    if (!(decrement > tolerance)) return place;
    // below what the value can show, the last steps go unseen
    const seen = decrement > UNSEEN * Math.abs(here.value);
    if (!seen && ++unseen > 3) return place;
    const next = stepFrom(place, here.value, direction, seen ? decrement : -1, at);
    // no shorter step lowers the value: the rest is rounding, once the curvature is fresh
    if (next === null) {
      if (pairs.length === 0) return place;
      solve = curvature?.(place);
      pairs = [];
      continue;
    }
    pairs = [...pairs.slice(1 - MEMORY), pairOf(place, here.gradient, next)].filter(({ sy }) => sy > 0);
    place = next.place;
    here = next;
  }
  return null;
}

/** A step and how the gradient changed over it. */
interface Pair {
  s: Float64Array;
  y: Float64Array;
  sy: number;
}

function pairOf(place: Float64Array, gradient: Float64Array, next: PointOf & { place: Float64Array }): Pair {
  const s = next.place.map((b, j) => b - place[j]);
  const y = next.gradient.map((g, j) => g - gradient[j]);
  return { s, y, sy: dot(s, y) };
}

/** The curvature of the last step in all directions; of none, steps of length one at most. */
function scaled(pairs: readonly Pair[]) {
  const last = pairs.at(-1);
  return (y: Float64Array) => {
    const scale = last ? last.sy / dot(last.y, last.y) : 1 / Math.max(1, Math.sqrt(dot(y, y)));
    return y.map((each) => each * scale);
  };
}

/** The two loops of L-BFGS: the inverse of the curvature that the pairs have seen, times the gradient. */
function directionOf(gradient: Float64Array, pairs: readonly Pair[], solve: (y: Float64Array) => Float64Array) {
  const q = gradient.slice();
  const alpha = new Float64Array(pairs.length);
  for (let k = pairs.length - 1; k >= 0; k--) {
    const { s, y, sy } = pairs[k];
    alpha[k] = dot(s, q) / sy;
    for (let j = 0; j < q.length; j++) q[j] -= alpha[k] * y[j];
  }
  const direction = solve(q);
  for (const [k, { s, y, sy }] of pairs.entries()) {
    const b = dot(y, direction) / sy;
    for (let j = 0; j < q.length; j++) direction[j] += (alpha[k] - b) * s[j];
  }
  return direction;
}

/** The first of the steps 1, ½, ¼ … that lowers the value enough (Armijo), the first when it need not; null when none does. */
function stepFrom(
  place: Float64Array,
  value: number,
  direction: Float64Array,
  decrement: number,
  at: (place: Float64Array) => PointOf,
): (PointOf & { place: Float64Array }) | null {
  for (let length = 1; length > 1e-10; length /= 2) {
    const next = place.map((b, j) => b - length * direction[j]);
    const point = at(next);
    if (decrement < 0 || point.value <= value - 1e-4 * length * decrement) return { ...point, place: next };
  }
  return null;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j] * b[j];
  return sum;
}
