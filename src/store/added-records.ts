import { CDR_COLUMNS, type CdrColumn, cellsOf } from "../cdr/columns.js";
import { type Database, name } from "./database.js";
import { cellType, logColumns } from "./log-columns.js";

/**
 * What each batch of events brought to a subscriber-day that several batches brought to; `DP_CDR_Data` has the sum.
 *
 * With it a file can be taken back, and a file that is read again is compared with what it brought itself.
 */
export const ADDED_RECORDS = `CREATE TABLE IF NOT EXISTS added_records (
    batch_id INTEGER NOT NULL,
    DP_DATE DATE NOT NULL,
    DP_MSISDN VARCHAR NOT NULL,
    ${cellsOf(CDR_COLUMNS)
      .map((cell) => `${cell.name} ${cellType(cell.kind)}`)
      .join(",\n    ")},
    PRIMARY KEY (DP_DATE, DP_MSISDN, batch_id)
  )`;

const namesOf = (cells: readonly { name: string }[], of = "") => cells.map((cell) => of + name(cell.name)).join(", ");

/** Two cells of a subscriber-day as one: what adds up is added, a label is 1 where one of them is, a missing cell changes nothing. */
function together({ kind, combine }: CdrColumn, a: string, b: string): string {
  if (kind === "label" || combine === "max") return `greatest(${a}, ${b})`;
  return combine === "min" ? `least(${a}, ${b})` : `coalesce(${a} + ${b}, ${a}, ${b})`;
}

/**
 * SQL for the same of all rows of a subscriber-day.
 *
 * @param order of the rows, since a sum of fractions depends on it
 */
export function summed({ name: column, kind, combine }: CdrColumn, order: string): string {
  const of = name(column);
  if (kind === "label" || combine === "max") return `max(${of}) AS ${of}`;
  if (combine === "min") return `min(${of}) AS ${of}`;
  return kind === "count" ? `CAST(sum(${of}) AS BIGINT) AS ${of}` : `sum(${of} ORDER BY ${order}) AS ${of}`;
}

const setAll = (cells: readonly CdrColumn[], from: string) =>
  cells.map((cell) => `${name(cell.name)} = ${from}.${name(cell.name)}`).join(", ");

/**
 * Adds rows to the rows of their subscriber-days, which must be in the store. To be called in a transaction.
 *
 * @param rows a table of DP_DATE, DP_MSISDN and some cells, one row a subscriber-day
 * @param given names of the cells that it has
 */
export async function addToRows(db: Database, rows: string, given: readonly string[], batchId: number): Promise<void> {
  const cells = cellsOf(await logColumns(db));
  await db.run(`INSERT INTO added_records (batch_id, DP_DATE, DP_MSISDN, ${namesOf(cells)})
    SELECT s.batch_id, s.DP_DATE, s.DP_MSISDN, ${namesOf(cells, "s.")} FROM DP_CDR_Data s
    WHERE EXISTS (FROM ${rows} a WHERE a.DP_MSISDN = s.DP_MSISDN AND a.DP_DATE = s.DP_DATE)
      AND NOT EXISTS (FROM added_records r WHERE r.DP_MSISDN = s.DP_MSISDN AND r.DP_DATE = s.DP_DATE)`);
  const brought = cells.filter((cell) => given.includes(cell.name));
  await db.run(`INSERT INTO added_records (batch_id, DP_DATE, DP_MSISDN, ${namesOf(brought)})
    SELECT ${batchId}, DP_DATE, DP_MSISDN, ${namesOf(brought)} FROM ${rows}`);
  const sums = brought.map((cell) => {
    const of = name(cell.name);
    return `${of} = ${together(cell, `s.${of}`, `a.${of}`)}`;
  });
  await db.run(`UPDATE DP_CDR_Data s SET ${sums.join(", ")} FROM ${rows} a
    WHERE s.DP_MSISDN = a.DP_MSISDN AND s.DP_DATE = a.DP_DATE`);
}

/**
 * Adds what several batches brought to the rows of their subscriber-days, as `addToRows` does one batch after the other. To be called
 * in a transaction.
 *
 * @param rows a table of `line`, `file_number`, DP_DATE, DP_MSISDN, some cells, and `stored_by`; a row that has none is part of a row
 *   of the store already
 * @param cells those that it has
 * @param batch that of the file with the number 0; the others follow it
 */
export async function addPartsToRows(
  db: Database,
  rows: string,
  { cells, batch }: { cells: readonly CdrColumn[]; batch: number },
): Promise<void> {
  const all = cellsOf(await logColumns(db));
  const stored = `${rows} WHERE stored_by IS NOT NULL`;
  await db.run(`INSERT INTO added_records (batch_id, DP_DATE, DP_MSISDN, ${namesOf(all)})
    SELECT s.batch_id, s.DP_DATE, s.DP_MSISDN, ${namesOf(all, "s.")} FROM DP_CDR_Data s
    WHERE (DP_MSISDN, DP_DATE) IN (SELECT (DP_MSISDN, DP_DATE) FROM ${stored})
      AND NOT EXISTS (FROM added_records r WHERE r.DP_MSISDN = s.DP_MSISDN AND r.DP_DATE = s.DP_DATE)`);
  await db.run(`INSERT INTO added_records (batch_id, DP_DATE, DP_MSISDN, ${namesOf(cells)})
    SELECT ${batch} + file_number, DP_DATE, DP_MSISDN, ${namesOf(cells)} FROM ${rows}`);
  // the row of the store comes first, and its file's lines after it, as they would one by one
  await db.run(`UPDATE DP_CDR_Data s SET ${setAll(cells, "t")} FROM (
      SELECT DP_MSISDN, DP_DATE, ${cells.map((cell) => summed(cell, "line")).join(", ")} FROM (
        SELECT -1 AS line, DP_MSISDN, DP_DATE, ${namesOf(cells)} FROM DP_CDR_Data WHERE (DP_MSISDN, DP_DATE) IN (SELECT (DP_MSISDN, DP_DATE) FROM ${stored})
        UNION ALL SELECT line, DP_MSISDN, DP_DATE, ${namesOf(cells)} FROM ${stored}) GROUP BY DP_MSISDN, DP_DATE) t
    WHERE s.DP_MSISDN = t.DP_MSISDN AND s.DP_DATE = t.DP_DATE`);
}

/**
 * Takes out what some batches brought, with their rows of the ledger. To be called in a transaction.
 *
 * A key that is deleted cannot come back in the same transaction, so rows that are brought again are written over.
 *
 * @param replacement the rows that come in their place: a query for DP_DATE, DP_MSISDN and the cells `given`, and the batch that has
 *   them from now on
 * @returns how many rows were written over, and the days that changed
 */
export async function removeBatches(
  db: Database,
  batches: readonly number[],
  replacement: { rows: string; given: readonly string[]; batchId: number },
): Promise<{ rows: number; days: string[] }> {
  const list = batches.join(", ");
  const mine = `batch_id IN (${list})`;
  const cells = cellsOf(await logColumns(db));
  await db.run(`CREATE OR REPLACE TEMP TABLE leaving AS
    SELECT DP_MSISDN, DP_DATE, batch_id AS owner FROM DP_CDR_Data s WHERE ${mine}
      OR EXISTS (FROM added_records r WHERE r.DP_MSISDN = s.DP_MSISDN AND r.DP_DATE = s.DP_DATE AND r.${mine})`);
  await db.run(`DELETE FROM added_records WHERE ${mine}`);
  await db.run(`CREATE OR REPLACE TEMP TABLE remaining AS
    SELECT DP_MSISDN, DP_DATE, min(batch_id) AS owner, ${cells.map((cell) => summed(cell, "batch_id")).join(", ")}
    FROM added_records SEMI JOIN leaving USING (DP_MSISDN, DP_DATE) GROUP BY DP_MSISDN, DP_DATE`);
  // the row of a batch that is gone passes to the next one, to which it had been added
  await db.run(`UPDATE batches SET rows = rows + n, merged = merged - n FROM (
      SELECT r.owner, count(*) AS n FROM remaining r JOIN leaving l USING (DP_MSISDN, DP_DATE) WHERE l.owner IN (${list}) GROUP BY r.owner) passed
    WHERE batches.batch_id = passed.owner`);
  await db.run(`UPDATE DP_CDR_Data s SET batch_id = r.owner, ${setAll(cells, "r")}
    FROM remaining r WHERE s.DP_MSISDN = r.DP_MSISDN AND s.DP_DATE = r.DP_DATE`);
  const replaced = cells.map((cell) => {
    const of = name(cell.name);
    return `${of} = ${replacement.given.includes(cell.name) ? `a.${of}` : "NULL"}`;
  });
  const rows =
    await db.run(`UPDATE DP_CDR_Data s SET batch_id = ${replacement.batchId}, ${replaced.join(", ")} FROM (${replacement.rows}) a
    WHERE s.${mine} AND s.DP_MSISDN = a.DP_MSISDN AND s.DP_DATE = a.DP_DATE`);
  await db.run(`DELETE FROM DP_CDR_Data WHERE ${mine}`);
  await db.run(`DELETE FROM rejects WHERE ${mine}`);
  await db.run(`DELETE FROM record_ids WHERE ${mine}`);
  await db.run(`DELETE FROM erased_rows WHERE ${mine}`);
  await db.run(`DELETE FROM batches WHERE ${mine}`);
  const days = await db.rows<{ day: string }>(
    "SELECT DISTINCT CAST(DP_DATE AS VARCHAR) AS day FROM leaving ORDER BY 1",
  );
  await db.run("DROP TABLE temp.leaving; DROP TABLE temp.remaining");
  return { rows, days: days.map(({ day }) => day) };
}

/** The query for what some batches brought, a row a subscriber-day, where that is less than the row of the store. */
export function broughtBy(batches: readonly number[], cells: readonly CdrColumn[]): string {
  const list = batches.join(", ") || "NULL";
  return `SELECT DP_MSISDN, DP_DATE, ${cells.map((cell) => summed(cell, "batch_id")).join(", ")}, min(batch_id) AS batch_id
      FROM added_records WHERE batch_id IN (${list}) GROUP BY DP_MSISDN, DP_DATE
    UNION ALL SELECT DP_MSISDN, DP_DATE, ${namesOf(cells)}, batch_id FROM DP_CDR_Data s WHERE batch_id IN (${list})
      AND NOT EXISTS (FROM added_records r WHERE r.DP_MSISDN = s.DP_MSISDN AND r.DP_DATE = s.DP_DATE)`;
}

/** Takes cells that were missing from rows that have them; the batches that brought the rows keep them. To be called in a transaction. */
export async function fillRows(
  db: Database,
  rows: string,
  given: readonly string[],
  own: readonly number[] | "all",
): Promise<void> {
  const set = given.map((cell) => `${name(cell)} = coalesce(s.${name(cell)}, a.${name(cell)})`).join(", ");
  const same = "s.DP_MSISDN = a.DP_MSISDN AND s.DP_DATE = a.DP_DATE";
  const single = `NOT EXISTS (FROM added_records r WHERE r.DP_MSISDN = s.DP_MSISDN AND r.DP_DATE = s.DP_DATE)`;
  await db.run(`UPDATE DP_CDR_Data s SET ${set} FROM ${rows} a WHERE ${same}${own === "all" ? "" : ` AND ${single}`}`);
  if (own === "all" || own.length === 0) return;
  await db.run(`UPDATE added_records s SET ${set} FROM (
      SELECT a.*, r.batch_id AS brought_by FROM ${rows} a JOIN (
        SELECT DP_MSISDN, DP_DATE, min(batch_id) AS batch_id FROM added_records WHERE batch_id IN (${own.join(", ")}) GROUP BY ALL
      ) r USING (DP_MSISDN, DP_DATE)) a
    WHERE ${same} AND s.batch_id = a.brought_by`);
  const cells = cellsOf(await logColumns(db));
  await db.run(`UPDATE DP_CDR_Data s SET ${setAll(cells, "t")} FROM (
      SELECT DP_MSISDN, DP_DATE, ${cells.map((cell) => summed(cell, "batch_id")).join(", ")}
      FROM added_records SEMI JOIN ${rows} USING (DP_MSISDN, DP_DATE) GROUP BY DP_MSISDN, DP_DATE) t
    WHERE s.DP_MSISDN = t.DP_MSISDN AND s.DP_DATE = t.DP_DATE`);
}
