import type { Database } from "./database.js";

/**
 * Which records each batch brought, where `record_id` names a column that tells: 12 bytes a record and less, since whole numbers that
 * follow each other are packed well. Those that were left out, because another batch had brought them, are not `counted`.
 */
export const RECORD_IDS = `CREATE TABLE IF NOT EXISTS record_ids (
    record_key BIGINT NOT NULL,
    day DATE NOT NULL,
    batch_id INTEGER NOT NULL,
    counted BOOLEAN NOT NULL
  )`;

/**
 * SQL for the key of a record: its id itself where that is a whole number, else 63 bits of a hash of it, below 0. Of a hundred million
 * other ids two have the same key with a probability of 1 : 2000.
 *
 * @param cell its id, a text; null or empty where it has none, and so has no key
 */
export function recordKeySql(cell: string): string {
  const id = `trim(${cell}, ' ' || chr(9))`;
  return `CASE WHEN regexp_full_match(${id}, '[1-9][0-9]{0,17}') THEN CAST(${id} AS BIGINT)
    WHEN ${id} <> '' THEN -1 - CAST(md5_number_lower(${id}) >> 1 AS BIGINT) END`;
}

/** A query for the keys that are in the store, but for those of some batches. */
export function countedKeys(except: readonly number[]): string {
  return `SELECT record_key FROM record_ids WHERE counted AND batch_id NOT IN (${except.join(", ") || "-1"})`;
}

/** Writes down the records of a batch. @param rows a query for record_key, day and counted */
export async function addRecordIds(db: Database, rows: string, batchId: number): Promise<void> {
  await db.run(
    `INSERT INTO record_ids (record_key, day, batch_id, counted) SELECT record_key, day, ${batchId}, counted FROM (${rows})`,
  );
}

/** Says which files had records left out that no batch has now, since the one that had brought them was taken back. */
export async function lostRecordsNotes(db: Database): Promise<string[]> {
  const any = await db.row("SELECT 1 FROM record_ids WHERE NOT counted LIMIT 1");
  if (!any) return [];
  const lost = await db.rows<{ name: string; records: number }>(
    `SELECT b.name, count(DISTINCT l.record_key) AS records FROM record_ids l JOIN batches b USING (batch_id)
     WHERE NOT l.counted AND NOT EXISTS (FROM record_ids c WHERE c.counted AND c.record_key = l.record_key) GROUP BY b.name ORDER BY b.name`,
  );
  return lost.map(
    ({ name, records }) =>
      `${records.toLocaleString("en-US")} ${records === 1 ? "record" : "records"} of ${name} had been left out as sent before, and what had sent them is not in the store any more: load that file again with --load.replace-file`,
  );
}
