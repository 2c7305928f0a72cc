import { dateOf, dayOf } from "../../core/days.js";
import type { Store } from "../open-store.js";
import { coverageOf } from "./coverage.js";

/** A day of the log, how many rows it has, and why it is not covered; null where it is. */
export interface DayOfLog {
  /** `YYYY-MM-DD` */
  day: string;
  rows: number;
  fault: string | null;
}

/** Each day from the first to the last covered one, and what follows them closely, for a calendar. */
export function dailyCoverage(store: Store): Promise<DayOfLog[]> {
  return store.lease(async (db) => {
    const coverage = await coverageOf(db);
    if (!coverage) return [];
    const found = await db.rows<{ day: string; rows: number }>(
      "SELECT CAST(DP_DATE AS VARCHAR) AS day, count(*) AS rows FROM DP_CDR_Data GROUP BY DP_DATE",
    );
    const rows = new Map(found.map((each) => [each.day, each.rows]));
    const near = coverage.uncovered.filter(({ reason }) => reason !== "far from the others");
    const faults = new Map(near.map(({ day, reason }) => [day, reason]));
    const first = Math.min(dayOf(coverage.first), ...near.map(({ day }) => dayOf(day)));
    const last = Math.max(dayOf(coverage.last), ...near.map(({ day }) => dayOf(day)));
    return Array.from({ length: last - first + 1 }, (_, at) => {
      const day = dateOf(first + at);
      return { day, rows: rows.get(day) ?? 0, fault: faults.get(day) ?? null };
    });
  });
}
