import { createHash } from "node:crypto";
import { type Database, text } from "../database.js";
import type { RejectedRow } from "../new-batch.js";
import type { Columns } from "../read-columns.js";

/**
 * Subscribers who are forgotten, as hashes, so that a file that is loaded later does not bring them back. Whoever has the store can still
 * try numbers one by one, since there are not many; the salt keeps hashes of other stores from telling anything.
 */
export const FORGOTTEN = `CREATE TABLE IF NOT EXISTS forgotten (
    hash VARCHAR PRIMARY KEY,
    salt VARCHAR NOT NULL,
    forgotten_at TIMESTAMP NOT NULL
  )`;

/** Rows that batches brought and that were erased: the ledger says of them that they came. */
export const ERASED_ROWS = `CREATE TABLE IF NOT EXISTS erased_rows (
    batch_id INTEGER PRIMARY KEY,
    erased BIGINT NOT NULL
  )`;

/** Why a row of somebody who is forgotten is set aside; its text is not kept. */
export const IS_FORGOTTEN = "its subscriber is forgotten";

/** Who is forgotten. */
export interface Forgotten {
  salt: string;
  hashes: ReadonlySet<string>;
}

/** The query for who is forgotten, in words that DuckDB and MySQL understand. */
export const READ_FORGOTTEN = "SELECT salt, hash FROM forgotten";

/** Who the rows of `READ_FORGOTTEN` name; undefined when nobody is forgotten. */
export function forgottenOf(rows: readonly { salt: string; hash: string }[]): Forgotten | undefined {
  return rows[0] && { salt: rows[0].salt, hashes: new Set(rows.map(({ hash }) => hash)) };
}

/** Reads who is forgotten; undefined when nobody is, or the database is none of a store. */
export async function readForgotten(db: Database): Promise<Forgotten | undefined> {
  const there = await db.row("SELECT 1 FROM information_schema.tables WHERE table_name = 'forgotten'");
  return there && forgottenOf(await db.rows(READ_FORGOTTEN));
}

/** What is remembered of a subscriber who is forgotten; the same as `forgottenSql`. */
export const forgottenHash = (salt: string, subscriber: string): string =>
  createHash("sha256").update(`${salt}${subscriber}`).digest("hex");

/** SQL for whether subscribers of a query of distinct `id` are forgotten: a query for those who are. */
export const forgottenSql = (ids: string, { salt }: Pick<Forgotten, "salt">): string =>
  `SELECT id FROM (${ids}) WHERE sha256(${text(salt)} || id) IN (SELECT hash FROM forgotten)`;

/** Takes the rows of who is forgotten out of a batch; they are set aside without their text. */
export function leaveForgottenOut(
  { columns, rejects }: { columns: Columns; rejects: readonly RejectedRow[] },
  { salt, hashes }: Forgotten,
): { columns: Columns; rejects: readonly RejectedRow[] } {
  const subscribers = columns.DP_MSISDN as readonly string[];
  const verdicts = new Map<string, boolean>();
  const isForgotten = (id: string): boolean => {
    const known = verdicts.get(id) ?? hashes.has(forgottenHash(salt, id));
    verdicts.set(id, known);
    return known;
  };
  const kept = subscribers.flatMap((id, i) => (isForgotten(id) ? [] : [i]));
  const left = subscribers.length - kept.length;
  if (left === 0) return { columns, rejects };
  const pick = (column: Columns[string]): Columns[string] => {
    if (Array.isArray(column)) return kept.map((i) => column[i]);
    const values = kept.map((i) => Number(column[i]));
    return column instanceof Int32Array ? Int32Array.from(values) : Float64Array.from(values);
  };
  const picked = Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, pick(column)]));
  const last = rejects.reduce((most, { line }) => Math.max(most, line), subscribers.length + rejects.length);
  const aside = Array.from({ length: left }, (_, i): RejectedRow => {
    return { line: last + 1 + i, columnName: "DP_MSISDN", reason: IS_FORGOTTEN, raw: "" };
  });
  return { columns: picked, rejects: [...rejects, ...aside] };
}
