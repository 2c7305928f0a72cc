import type { Expectation, Measure } from "../monitoring/calculators/measure.js";
import { upperGamma } from "../statistics/special-functions.js";
import type { At } from "./alert-runs.js";

/** How a series ends: whether its last chunks lie apart from the reference, how surely, and from which chunk on. */
export interface Scan {
  /** Probability that chance alone gives last chunks this far away, over all the windows that were tried. */
  readonly p: number;
  /** Standard normal deviate of the window that tells most. */
  readonly deviation: number;
  /** The first chunk that fits the change, and the last. */
  readonly onset: number;
  readonly last: number;
}

/** A chunk that lies far away by itself. */
export interface FarChunk {
  readonly at: number;
  readonly p: number;
  readonly deviation: number;
}

// numbers of last chunks that are looked at together: one that is far, some that are near, a trend
const WINDOWS = [1, 2, 3, 5, 8, 13, 21, 34, 55, 89];
/** A last chunk that is itself far away needs not be as far as those before; else chance alone parts it from them. */
const FAR = 4;

/** Probability of a standard normal value beyond z, on one side or on both. */
export const chanceOf = (z: number, sides: 1 | 2): number =>
  z <= 0 && sides === 1 ? 1 : (sides * upperGamma(0.5, (z * z) / 2)) / 2;

/**
 * Looks at the last chunks of a series: alone, two together, three and so on, each held against the reference; the windows are
 * corrected for by their number (Bonferroni). One chunk that is far is enough, of near ones it takes several.
 *
 * A window only counts where its last chunk goes along with it: what is over is not present.
 *
 * @param sides 1 where only more is a change, as of distances and rates of faults
 * @returns null where no chunk has a value
 */
export function scanEnd(chunks: readonly At[], expected: Expectation, sides: 1 | 2): Scan | null {
  const each = deviations(chunks, expected);
  const known = each.flatMap((z, i) => (z === null ? [] : [i]));
  const end = known.at(-1);
  if (end === undefined) return null;
  const windows = WINDOWS.filter((m) => m <= known.length);
  let best = { p: 1, deviation: 0 };
  for (const m of windows) {
    const members = known.slice(-m);
    const z = expected.deviation(members.map((i) => chunks[i].measure)) ?? 0;
    const sign = sides === 1 ? 1 : Math.sign(z) || 1;
    const mean = members.reduce((sum, i) => sum + (each[i] ?? 0), 0) / m;
    const most = Math.max(...members.map((i) => sign * (each[i] ?? 0)));
    if (sign * (each[end] ?? 0) < Math.min(FAR, Math.max(sign * mean - 3, most - 4))) continue;
    const p = Math.min(1, chanceOf(sides === 1 ? z : Math.abs(z), sides) * windows.length);
    if (p < best.p || (p === best.p && Math.abs(z) > Math.abs(best.deviation))) best = { p, deviation: z };
  }
  const sign = Math.sign(best.deviation) || 1;
  return { ...best, onset: onsetOf(each.map((z) => (z === null ? null : sign * z))), last: end };
}

/** Chunks that are far by themselves, corrected for how many there are. */
export function farChunks(chunks: readonly At[], expected: Expectation, sides: 1 | 2): FarChunk[] {
  const each = deviations(chunks, expected);
  const count = each.filter((z) => z !== null).length;
  return each.flatMap((z, at) => {
    if (z === null) return [];
    return [{ at, deviation: z, p: Math.min(1, count * chanceOf(sides === 1 ? z : Math.abs(z), sides)) }];
  });
}

const deviations = (chunks: readonly At[], expected: Expectation): (number | null)[] =>
  chunks.map(({ measure }: { measure: Measure }) => expected.deviation([measure]));

/** Start of the last stretch that lies most surely apart: the greatest (Σz)² / m over all stretches that reach the end. */
function onsetOf(each: readonly (number | null)[]): number {
  let sum = 0;
  let m = 0;
  let best = { at: each.length - 1, score: Number.NEGATIVE_INFINITY };
  for (let i = each.length - 1; i >= 0; i--) {
    const z = each[i];
    if (z === null) continue;
    sum += z;
    m++;
    const score = sum > 0 ? sum ** 2 / m : Number.NEGATIVE_INFINITY;
    if (score > best.score) best = { at: i, score };
  }
  return best.at;
}

/**
 * The tests of a family that are found at a rate of false discoveries (Benjamini and Hochberg 1995). Where nothing changed,
 * the chance that any is found is at most the rate.
 *
 * @param p probabilities, one a test
 * @returns for each test whether it is found
 */
export function discoveries(p: readonly number[], rate: number): boolean[] {
  const order = p.map((_, i) => i).sort((a, b) => p[a] - p[b]);
  let last = -1;
  order.forEach((i, rank) => {
    if (p[i] <= (rate * (rank + 1)) / p.length) last = rank;
  });
  const found = new Set(order.slice(0, last + 1));
  return p.map((_, i) => found.has(i));
}
