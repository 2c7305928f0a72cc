import type { Database } from "../../store/database.js";
import { findResampledRows, removeResampledRows } from "../../store/resampled-rows.js";

/**
 * Removes rows that were made up when the file that `cleanRows` read has one of their days, held back or not.
 *
 * @returns how many
 */
export async function makeWay(db: Database): Promise<number> {
  const found = await findResampledRows(db);
  if (!found) return 0;
  const real = await db.row("SELECT 1 FROM clean WHERE DP_DATE BETWEEN CAST($1 AS DATE) AND CAST($2 AS DATE) LIMIT 1", [
    found.firstDay,
    found.lastDay,
  ]);
  return real ? ((await removeResampledRows(db))?.rows ?? 0) : 0;
}
