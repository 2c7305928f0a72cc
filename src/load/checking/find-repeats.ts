import type { Database } from "../../store/database.js";
import type { TypedRows } from "./typed-rows.js";

/** What was found of records and lines that came more than once. */
export interface Repeats {
  /** Records whose id came before, in this file or in another: they count once. */
  sentBefore: number;
  /** Records without an id, which all count. */
  withoutId: number;
  /** Events, where no column names them, that are equal in every cell to one of a line before; of a large file about so many. */
  equalLines: number;
}

/** Rows up to which equal lines are counted one by one; of more a share is looked at. */
const MOST_COUNTED = 2_000_000;

/**
 * Leaves out records that came before, by their ids: they are not `ok` any more. The table `records` (line, record_key, day, sent) has
 * those that have an id, with where they were sent before: null, "here" in this file, or "elsewhere". Where no column names records,
 * counts the events that look like it.
 *
 * @param known a query for the keys that came with other rows; undefined where there is no store to ask
 */
export async function findRepeats(
  db: Database,
  { options, rows, source }: TypedRows,
  known: string | undefined,
): Promise<Repeats> {
  if (options.record_id === undefined) {
    const isCounted = options.grain === "event" && source.fingerprint !== undefined;
    return { sentBefore: 0, withoutId: 0, equalLines: isCounted ? await countEqual(db, source.file !== undefined) : 0 };
  }
  const stored = known ?? "SELECT NULL WHERE false";
  await db.run(`CREATE OR REPLACE TEMP TABLE records AS
    WITH stored AS (SELECT DISTINCT record_key FROM typed WHERE ok AND record_key IN (${stored})),
      firsts AS (SELECT record_key, min(line) AS first FROM ${rows} WHERE ok GROUP BY record_key HAVING count(*) > 1)
    SELECT line, r.record_key, DP_DATE AS day, CASE WHEN s.record_key IS NOT NULL THEN 'elsewhere' WHEN line > first THEN 'here' END AS sent
    FROM ${rows} r LEFT JOIN stored s USING (record_key) LEFT JOIN firsts USING (record_key) WHERE ok AND r.record_key IS NOT NULL`);
  const found = await db.oneRow<{ sentBefore: number; withoutId: number }>(
    `SELECT (SELECT count(sent) FROM records) AS sentBefore,
      (SELECT count(*) FROM typed WHERE ok AND record_key IS NULL) AS withoutId`,
  );
  if (found.sentBefore > 0) {
    const line = source.line ? "line" : `rowid + ${source.firstLine}`;
    await db.run(`UPDATE typed SET ok = false WHERE ${line} IN (SELECT line FROM records WHERE sent IS NOT NULL)`);
  }
  return { ...found, equalLines: 0 };
}

/** @param isGroup whether equal lines of different files are no repeats */
async function countEqual(db: Database, isGroup: boolean): Promise<number> {
  const { rows } = await db.oneRow<{ rows: number }>("SELECT count(*) AS rows FROM typed");
  const share = Math.ceil(rows / MOST_COUNTED) || 1;
  const of = isGroup ? "hash(file_number, fingerprint)" : "fingerprint";
  const { equal } = await db.oneRow<{ equal: number }>(
    `SELECT count(*) - count(DISTINCT ${of}) AS equal FROM typed WHERE ok${share > 1 ? ` AND fingerprint % ${share} = 0` : ""}`,
  );
  return equal * share;
}
