import type { SilencesOfLength } from "../statistics/return-curve.js";
import { columnsAs } from "../store/columns-as.js";
import { type JudgedDays, judgeDays } from "../store/coverage/judge-days.js";
import type { Database } from "../store/database.js";

/** The days of a log, and how long its subscribers are silent. */
export interface Rhythm {
  /** Days with rows, and how many each has. */
  days: Int32Array;
  rows: Float64Array;
  covered: JudgedDays | undefined;
  silences: SilencesOfLength[];
  subscribers: number;
  /** Share of the rows of the busiest weekday over that of the quietest: 1 is no rhythm. */
  weekly: number;
}

/** Reads the days and the gaps between active days from the table `acts` (who, day, active); days that are not covered do not count. */
export async function readRhythm(db: Database): Promise<Rhythm> {
  const { day: days, n: rows } = columnsAs(
    await db.columns("SELECT day, CAST(count(*) AS DOUBLE) AS n FROM acts GROUP BY day ORDER BY day"),
    { day: Int32Array, n: Float64Array },
  );
  const covered = judgeDays({ days, rows });
  const outside = new Set(covered?.uncovered.map(({ day }) => day));
  const list: number[] = [];
  const first = covered?.first ?? 0;
  for (let day = first; day <= (covered?.last ?? -1); day++) if (!outside.has(day)) list.push(day);
  await db.createTemporary("places", { day: list, place: list.map((_, at) => at) });
  const found = await db.rows<{ days: number; ended: number; open: number }>(
    `SELECT CAST(days AS DOUBLE) AS days, count(*) FILTER (ended) AS ended, count(*) FILTER (NOT ended) AS open FROM (
       SELECT coalesce(next, ${list.length - 1}) - place AS days, next IS NOT NULL AS ended FROM (
         SELECT place, lead(place) OVER (PARTITION BY who ORDER BY place) AS next FROM (
           SELECT DISTINCT who, place FROM acts JOIN places ON places.day = acts.day - DATE '1970-01-01' WHERE active)))
     WHERE days > 0 GROUP BY days ORDER BY days`,
  );
  const { subscribers } = await db.oneRow<{ subscribers: number }>(
    "SELECT count(DISTINCT who) AS subscribers FROM acts",
  );
  return { days, rows, covered, silences: found, subscribers, weekly: weeklyRhythm(days, rows) };
}

function weeklyRhythm(days: Int32Array, rows: Float64Array): number {
  if (days.length < 28) return 1;
  const sums = new Float64Array(7);
  for (let i = 0; i < days.length; i++) sums[days[i] % 7] += rows[i];
  return Math.max(...sums) / Math.max(Math.min(...sums), 1);
}
