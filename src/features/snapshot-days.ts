import { dateOf, dayOf } from "../core/days.js";
import { ChurnError } from "../core/errors.js";
import { type FeaturePlan, longestWindow, lookback } from "./feature-plan.js";
import type { FeatureSettings } from "./options.js";

/** The days that a log covers, up to the last one that is there whole, and the last one that was loaded rather than streamed. */
export interface LogSpan {
  first: string;
  last: string;
  loaded: string;
  /** Days between the first and the last one that are not covered. */
  missing: readonly string[];
}

/**
 * Chooses the snapshot days: every `snapshot_every` days, so that the day after the loaded range is one of them, from
 * the first day with full windows behind it to the day after the last whole one; none on a day that is not covered.
 *
 * @throws ChurnError NO_DATA when the log is too short for the windows
 */
export function snapshotDays(plan: FeaturePlan, settings: FeatureSettings, span: LogSpan): string[] {
  // plans of before start where the longest window is full: what looks further back is missing on their first days
  const full = Math.max(longestWindow(plan), plan.version === 2 ? lookback(plan) : 1);
  const missing = new Set(span.missing.map(dayOf));
  let earliest = dayOf(span.first);
  for (let covered = 0; covered < full; earliest++) if (!missing.has(earliest)) covered++;
  const from = settings.start_date ? Math.max(dayOf(settings.start_date), dayOf(span.first) + 1) : earliest;
  const to = Math.min(settings.end_date ? dayOf(settings.end_date) : Number.POSITIVE_INFINITY, dayOf(span.last) + 1);
  const anchor = dayOf(span.loaded) + 1;
  const every = settings.snapshot_every;
  const days: string[] = [];
  for (let day = anchor - Math.floor((anchor - from) / every) * every; day <= to; day += every) {
    if (!missing.has(day)) days.push(dateOf(day));
  }
  if (days.length) return days;
  throw new ChurnError(
    "NO_DATA",
    `no snapshot day fits: the log runs from ${span.first} to ${span.last}, and the plan looks back ${lookback(plan)} days`,
    { hint: `use shorter windows (features.windows is ${settings.windows.join(", ")})` },
  );
}
