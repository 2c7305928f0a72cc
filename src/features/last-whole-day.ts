import type { Database } from "../store/database.js";

/**
 * Last day of the log that is there whole, `YYYY-MM-DD`; undefined when there is none.
 *
 * Days that were loaded are whole. Of days that came in one batch after another the last one may still be on its way: a
 * snapshot that looked back on it would show a drop that never was.
 */
export async function lastWholeDay(db: Database): Promise<string | undefined> {
  const found = await db.row<{ day: string | null }>(
    `SELECT CAST(greatest(max(DP_DATE) - 1, (SELECT max(last_day) FROM batches WHERE kind = 'load')) AS VARCHAR) AS day
     FROM DP_CDR_Data`,
  );
  return found?.day ?? undefined;
}
