import { CDR_COLUMNS } from "../cdr/columns.js";
import type { Database } from "./database.js";

/** The columns of a record beside its key. */
export const CELLS = CDR_COLUMNS.filter(({ kind }) => kind !== "day" && kind !== "id");

const TYPES: Record<string, string> = { count: "BIGINT", amount: "DOUBLE", label: "TINYINT" };

/**
 * What each batch of events brought to a subscriber-day that several batches brought to; `DP_CDR_Data` has the sum.
 *
 * With it a file can be taken back, and a file that is read again is compared with what it brought itself.
 */
export const ADDED_RECORDS = `CREATE TABLE IF NOT EXISTS added_records (
    batch_id INTEGER NOT NULL,
    DP_DATE DATE NOT NULL,
    DP_MSISDN VARCHAR NOT NULL,
    ${CELLS.map(({ name, kind }) => `${name} ${TYPES[kind]}`).join(",\n    ")},
    PRIMARY KEY (DP_DATE, DP_MSISDN, batch_id)
  )`;

const NAMES = CELLS.map(({ name }) => name).join(", ");

/** Two cells of a subscriber-day as one: counts and amounts add up, a label is 1 where one of them is, a missing cell adds nothing. */
function together(kind: string, a: string, b: string): string {
  return kind === "label" ? `greatest(${a}, ${b})` : `coalesce(${a} + ${b}, ${a}, ${b})`;
}

/** The same of all batches of a subscriber-day; in their order, since a sum of fractions depends on it. */
export function summed({ name, kind }: { name: string; kind: string }, order: string): string {
  if (kind === "label") return `max(${name}) AS ${name}`;
  return kind === "count" ? `CAST(sum(${name}) AS BIGINT) AS ${name}` : `sum(${name} ORDER BY ${order}) AS ${name}`;
}

/**
 * Adds rows to the rows of their subscriber-days, which must be in the store. To be called in a transaction.
 *
 * @param rows a table of DP_DATE, DP_MSISDN and some cells, one row a subscriber-day
 * @param given names of the cells that it has
 */
export async function addToRows(db: Database, rows: string, given: readonly string[], batchId: number): Promise<void> {
  await db.run(`INSERT INTO added_records
    SELECT s.batch_id, s.DP_DATE, s.DP_MSISDN, ${CELLS.map(({ name }) => `s.${name}`).join(", ")} FROM DP_CDR_Data s
    WHERE EXISTS (FROM ${rows} a WHERE a.DP_MSISDN = s.DP_MSISDN AND a.DP_DATE = s.DP_DATE)
      AND NOT EXISTS (FROM added_records r WHERE r.DP_MSISDN = s.DP_MSISDN AND r.DP_DATE = s.DP_DATE)`);
  await db.run(`INSERT INTO added_records (batch_id, DP_DATE, DP_MSISDN, ${given.join(", ")})
    SELECT ${batchId}, DP_DATE, DP_MSISDN, ${given.join(", ")} FROM ${rows}`);
  const sums = CELLS.filter(({ name }) => given.includes(name)).map(
    ({ name, kind }) => `${name} = ${together(kind, `s.${name}`, `a.${name}`)}`,
  );
  await db.run(`UPDATE DP_CDR_Data s SET ${sums.join(", ")} FROM ${rows} a
    WHERE s.DP_MSISDN = a.DP_MSISDN AND s.DP_DATE = a.DP_DATE`);
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
  await db.run(`CREATE OR REPLACE TEMP TABLE leaving AS
    SELECT DP_MSISDN, DP_DATE, batch_id AS owner FROM DP_CDR_Data s WHERE ${mine}
      OR EXISTS (FROM added_records r WHERE r.DP_MSISDN = s.DP_MSISDN AND r.DP_DATE = s.DP_DATE AND r.${mine})`);
  await db.run(`DELETE FROM added_records WHERE ${mine}`);
  await db.run(`CREATE OR REPLACE TEMP TABLE remaining AS
    SELECT DP_MSISDN, DP_DATE, min(batch_id) AS owner, ${CELLS.map((cell) => summed(cell, "batch_id")).join(", ")}
    FROM added_records SEMI JOIN leaving USING (DP_MSISDN, DP_DATE) GROUP BY DP_MSISDN, DP_DATE`);
  // the row of a batch that is gone passes to the next one, to which it had been added
  await db.run(`UPDATE batches SET rows = rows + n, merged = merged - n FROM (
      SELECT r.owner, count(*) AS n FROM remaining r JOIN leaving l USING (DP_MSISDN, DP_DATE) WHERE l.owner IN (${list}) GROUP BY r.owner) passed
    WHERE batches.batch_id = passed.owner`);
  await db.run(`UPDATE DP_CDR_Data s SET batch_id = r.owner, ${CELLS.map(({ name }) => `${name} = r.${name}`).join(", ")}
    FROM remaining r WHERE s.DP_MSISDN = r.DP_MSISDN AND s.DP_DATE = r.DP_DATE`);
  const cells = CELLS.map(({ name }) => `${name} = ${replacement.given.includes(name) ? `a.${name}` : "NULL"}`);
  const rows =
    await db.run(`UPDATE DP_CDR_Data s SET batch_id = ${replacement.batchId}, ${cells.join(", ")} FROM (${replacement.rows}) a
    WHERE s.${mine} AND s.DP_MSISDN = a.DP_MSISDN AND s.DP_DATE = a.DP_DATE`);
  await db.run(`DELETE FROM DP_CDR_Data WHERE ${mine}`);
  await db.run(`DELETE FROM rejects WHERE ${mine}`);
  await db.run(`DELETE FROM batches WHERE ${mine}`);
  const days = await db.rows<{ day: string }>(
    "SELECT DISTINCT CAST(DP_DATE AS VARCHAR) AS day FROM leaving ORDER BY 1",
  );
  await db.run("DROP TABLE temp.leaving; DROP TABLE temp.remaining");
  return { rows, days: days.map(({ day }) => day) };
}

/** The query for what some batches brought, a row a subscriber-day, where that is less than the row of the store. */
export function broughtBy(batches: readonly number[]): string {
  const list = batches.join(", ") || "NULL";
  return `SELECT DP_MSISDN, DP_DATE, ${CELLS.map((cell) => summed(cell, "batch_id")).join(", ")}, min(batch_id) AS batch_id
      FROM added_records WHERE batch_id IN (${list}) GROUP BY DP_MSISDN, DP_DATE
    UNION ALL SELECT DP_MSISDN, DP_DATE, ${NAMES}, batch_id FROM DP_CDR_Data s WHERE batch_id IN (${list})
      AND NOT EXISTS (FROM added_records r WHERE r.DP_MSISDN = s.DP_MSISDN AND r.DP_DATE = s.DP_DATE)`;
}

/** Takes cells that were missing from rows that have them; the batches that brought the rows keep them. To be called in a transaction. */
export async function fillRows(
  db: Database,
  rows: string,
  given: readonly string[],
  own: readonly number[] | "all",
): Promise<void> {
  const set = given.map((name) => `${name} = coalesce(s.${name}, a.${name})`).join(", ");
  const same = "s.DP_MSISDN = a.DP_MSISDN AND s.DP_DATE = a.DP_DATE";
  const single = `NOT EXISTS (FROM added_records r WHERE r.DP_MSISDN = s.DP_MSISDN AND r.DP_DATE = s.DP_DATE)`;
  await db.run(`UPDATE DP_CDR_Data s SET ${set} FROM ${rows} a WHERE ${same}${own === "all" ? "" : ` AND ${single}`}`);
  if (own === "all" || own.length === 0) return;
  await db.run(`UPDATE added_records s SET ${set} FROM (
      SELECT a.*, r.batch_id AS brought_by FROM ${rows} a JOIN (
        SELECT DP_MSISDN, DP_DATE, min(batch_id) AS batch_id FROM added_records WHERE batch_id IN (${own.join(", ")}) GROUP BY ALL
      ) r USING (DP_MSISDN, DP_DATE)) a
    WHERE ${same} AND s.batch_id = a.brought_by`);
  await db.run(`UPDATE DP_CDR_Data s SET ${CELLS.map(({ name }) => `${name} = t.${name}`).join(", ")} FROM (
      SELECT DP_MSISDN, DP_DATE, ${CELLS.map((cell) => summed(cell, "batch_id")).join(", ")}
      FROM added_records SEMI JOIN ${rows} USING (DP_MSISDN, DP_DATE) GROUP BY DP_MSISDN, DP_DATE) t
    WHERE s.DP_MSISDN = t.DP_MSISDN AND s.DP_DATE = t.DP_DATE`);
}
