import { type Database, text } from "../../store/database.js";
import { forgottenSql, IS_FORGOTTEN, readForgotten } from "../../store/erase/forgotten.js";
import type { TypedRows } from "./typed-rows.js";

/**
 * Sets the rows of subscribers who are forgotten aside: into `bad`, without their text.
 *
 * @returns how many were good otherwise
 */
export async function setForgottenAside(db: Database, { rows }: TypedRows): Promise<number> {
  const forgotten = await readForgotten(db);
  if (!forgotten) return 0;
  const ids = "SELECT DISTINCT DP_MSISDN AS id FROM typed WHERE DP_MSISDN IS NOT NULL";
  await db.run(`CREATE OR REPLACE TEMP TABLE forgotten_here AS ${forgottenSql(ids, forgotten)}`);
  const theirs = "DP_MSISDN IN (SELECT id FROM forgotten_here)";
  await db.run(`UPDATE bad SET raw = '' WHERE line IN (SELECT line FROM ${rows} WHERE NOT ok AND ${theirs})`);
  const aside = await db.run(
    `INSERT INTO bad SELECT line, 'DP_MSISDN', ${text(IS_FORGOTTEN)}, '' FROM ${rows} WHERE ok AND ${theirs}`,
  );
  if (aside > 0) await db.run(`UPDATE typed SET ok = false WHERE ok AND ${theirs}`);
  await db.run("DROP TABLE forgotten_here");
  return aside;
}
