import { type Ranked, rank } from "./ranked.js";

/** One step of the gains table: the share of rows that scores highest, and what is found there. */
export interface GainsStep {
  /** Share of rows contacted, in (0, 1]. */
  share: number;
  /** Share of all positive rows found among them (gain, or recall). */
  gain: number;
  /** Positive rate among them over the positive rate of all rows. */
  lift: number;
}

/**
 * Lift of the top share of rows: the positive rate among the highest scores over the positive rate of all.
 *
 * Rows of equal score at the border count in part, so the answer does not depend on the order of rows.
 *
 * @param share of rows at the top, in (0, 1]; 0.1 is the top decile
 * @returns ≥ 0, or null when no row is positive
 */
export function lift(label: ArrayLike<number>, score: ArrayLike<number>, share = 0.1): number | null {
  return rankedLift(rank(label, score), share);
}

/** The same of ranked rows, with a weight at each place. */
export function rankedLift({ label, score }: Ranked, share: number, weight?: ArrayLike<number>): number | null {
  let all = 0;
  let positives = 0;
  for (let i = 0; i < score.length; i++) {
    const w = weight ? weight[i] : 1;
    all += w;
    if (label[i]) positives += w;
  }
  if (positives === 0) return null;
  const top = share * all;
  let taken = 0;
  let found = 0;
  for (let i = 0; i < score.length && taken < top; ) {
    const value = score[i];
    let here = 0;
    let up = 0;
    for (; i < score.length && score[i] === value; i++) {
      const w = weight ? weight[i] : 1;
      here += w;
      if (label[i]) up += w;
    }
    const part = here === 0 ? 0 : Math.min(1, (top - taken) / here);
    taken += part * here;
    found += part * up;
  }
  return found / top / (positives / all);
}

/**
 * Cumulative gains and lift by share of rows, the highest scores first.
 *
 * @param steps number of equal steps: 10 for deciles
 * @returns one entry a step, or null when no row is positive
 */
export function gains(label: ArrayLike<number>, score: ArrayLike<number>, steps = 10): GainsStep[] | null {
  const ranked = rank(label, score);
  const table: GainsStep[] = [];
  for (let step = 1; step <= steps; step++) {
    const share = step / steps;
    const value = rankedLift(ranked, share);
    if (value === null) return null;
    table.push({ share, gain: value * share, lift: value });
  }
  return table;
}
