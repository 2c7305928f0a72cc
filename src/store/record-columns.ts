import { name as quoted } from "./database.js";
import { type LogColumn, logColumns } from "./log-columns.js";
import type { Store } from "./open-store.js";

/**
 * The columns of the record that hold anything in this log, in order: day, subscriber, its measures with title and unit, the label.
 *
 * @example
 * const columns = await recordColumns(store);
 * const measures = columns.filter(({ kind }) => kind === "count" || kind === "amount");
 */
export async function recordColumns(store: Store): Promise<LogColumn[]> {
  return store.lease(async (db) => {
    const columns = await logColumns(db);
    const counts = columns.map(({ name }, i) => `count(${quoted(name)}) AS n${i}`).join(", ");
    const found = await db.oneRow<Record<string, number>>(`SELECT ${counts} FROM DP_CDR_Data`);
    return columns.filter((_, i) => Number(found[`n${i}`]) > 0);
  });
}
