/** Silences of one length. */
export interface SilencesOfLength {
  /** Days from one activity to the next, or to the end of what was observed. */
  days: number;
  /** Silences of this length that ended with an activity, and those that were still going on. */
  ended: number;
  open: number;
}

/** What becomes of a silence, by how long it has lasted. */
export interface ReturnCurve {
  /** Share of silences that last longer than d days, d = 0, 1, … (Kaplan and Meier 1958). */
  survival: Float64Array;
  /** Share that ends again of the silences of d days: 1 − survival(longest) / survival(d). */
  back: Float64Array;
  /** Days up to which enough silences were observed. */
  longest: number;
}

/**
 * Computes the share of silences that end again after d silent days. Silences that were still going on at the end of the log count as long as
 * they were seen, as in survival analysis.
 *
 * @param silences lengths in days, at least 1, in any order
 * @param atLeast silences that must have been observed so long for a day to count
 * @example
 * const { back } = returnCurve([{ days: 1, ended: 90, open: 0 }, { days: 40, ended: 1, open: 9 }]);
 * console.log(back[7]); // of those silent for a week
 */
export function returnCurve(silences: readonly SilencesOfLength[], atLeast = 30): ReturnCurve {
  const most = Math.max(0, ...silences.map(({ days }) => days));
  const ended = new Float64Array(most + 2);
  const open = new Float64Array(most + 2);
  let atRisk = 0;
  for (const each of silences) {
    ended[each.days] += each.ended;
    open[each.days] += each.open;
    atRisk += each.ended + each.open;
  }
  const survival = new Float64Array(most + 1);
  let share = 1;
  let longest = 0;
  const least = Math.min(atLeast, atRisk / 10);
  for (let days = 0; days <= most; days++) {
    if (atRisk > 0 && atRisk >= least) {
      share *= 1 - ended[days] / atRisk;
      longest = days;
    }
    survival[days] = share;
    atRisk -= ended[days] + open[days];
  }
  const last = survival[longest] ?? 1;
  const back = survival.map((each) => (each > 0 ? Math.max(0, 1 - last / each) : 0));
  return { survival, back, longest };
}
