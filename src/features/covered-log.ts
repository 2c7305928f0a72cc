import { dateOf, dayOf } from "../core/days.js";
import { type Coverage, coverageOf } from "../store/coverage/coverage.js";
import type { Database } from "../store/database.js";

/** The days that features and labels may look at. */
export interface CoveredLog {
  /** First covered day, and the last one that is there whole, `YYYY-MM-DD`. */
  first: string;
  last: string;
  /** Last covered day that was loaded rather than streamed. */
  loaded: string;
  coverage: Coverage;
  /** Days between `first` and `last` that are not covered. */
  missing: readonly string[];
}

/**
 * Reads which days of the log are covered and there whole; undefined when there is none.
 *
 * Days that were loaded are whole. Of days that came in one batch after another the last one may still be on its way: a
 * snapshot that looked back on it would show a drop that never was.
 */
export async function coveredLog(db: Database): Promise<CoveredLog | undefined> {
  const coverage = await coverageOf(db);
  if (!coverage) return undefined;
  const found = await db.row<{ loaded: string | null }>(
    "SELECT CAST(max(last_day) AS VARCHAR) AS loaded FROM batches WHERE kind = 'load'",
  );
  const outside = new Set(coverage.uncovered.map(({ day }) => day));
  // a day with few rows is the one that is on its way
  const few = coverage.uncovered.flatMap(({ day, reason }) => (reason === "few rows" ? [day] : []));
  const newest = latest(coverage.last, ...few);
  const whole = latest(dateOf(dayOf(newest) - 1), found?.loaded ?? "");
  const covered = (until: string) => lastCovered(coverage, outside, until);
  const last = covered(whole);
  const missing = coverage.uncovered.flatMap(({ day }) => (day > coverage.first && day < last ? [day] : []));
  return { first: coverage.first, last, loaded: found?.loaded ? covered(found.loaded) : last, coverage, missing };
}

const latest = (...days: readonly string[]) => [...days].sort().at(-1) ?? "";

/** The last covered day up to one. */
function lastCovered({ first, last }: Coverage, outside: ReadonlySet<string>, until: string): string {
  let day = dayOf(until < last ? until : last);
  while (day > dayOf(first) && outside.has(dateOf(day))) day--;
  return dateOf(Math.max(day, dayOf(first)));
}
