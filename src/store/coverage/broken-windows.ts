import { dateOf, dayOf } from "../../core/days.js";

/** Share of the days of a window that must be covered for silence in it to count. */
const ENOUGH = 0.9;

/**
 * The days from which on a window of some days is not covered well enough for silence in it to mean anything.
 *
 * Of such a window only those are known who were seen, so labels by silence that begin there are all "stays": what learns of labels, or
 * measures against them, leaves these days out.
 *
 * @param missing days that are not covered, `YYYY-MM-DD`, rising
 * @param length days of the window, its first one included
 * @returns first days of such windows, `YYYY-MM-DD`, rising
 */
export function brokenWindows(missing: readonly string[], length: number): string[] {
  const days = missing.map(dayOf);
  const counts = new Map<number, number>();
  for (const day of days)
    for (let from = day - length + 1; from <= day; from++) counts.set(from, (counts.get(from) ?? 0) + 1);
  const broken = [...counts].flatMap(([from, count]) => (length - count < ENOUGH * length ? [from] : []));
  return broken.sort((a, b) => a - b).map(dateOf);
}
