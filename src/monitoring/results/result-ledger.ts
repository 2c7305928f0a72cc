import type { LongRow, MonitoringResult } from "./monitoring-result.js";

/** What an update did to the rows that were kept. */
export interface LedgerUpdate {
  readonly rows: readonly LongRow[];
  readonly added: number;
  /** Rows whose value changed, for example because labels came in. */
  readonly changed: readonly { readonly before: LongRow; readonly after: LongRow }[];
}

/** What makes a row the same as one that is kept: part, metric, column, chunk and period. */
const ledgerKey = ({ part, column, metric, chunk_key, chunk_period }: LongRow): string =>
  [part, column ?? "", metric, chunk_period, chunk_key].join("\u0000");

/**
 * Puts new results into rows that are kept: new chunks are added, chunks that were there are replaced, the rest stays.
 *
 * So a run may measure only the new chunks, or measure old ones again when their labels are in.
 */
export function updateLedger(kept: readonly LongRow[], results: readonly MonitoringResult[]): LedgerUpdate {
  const rows = new Map(kept.map((row) => [ledgerKey(row), row]));
  let added = 0;
  const changed: { before: LongRow; after: LongRow }[] = [];
  for (const after of results.flatMap((result) => result.toLong())) {
    const key = ledgerKey(after);
    const before = rows.get(key);
    if (!before) added++;
    else if (before.value !== after.value || before.realized !== after.realized || before.n !== after.n) {
      changed.push({ before, after });
    }
    rows.set(key, after);
  }
  return { rows: [...rows.values()], added, changed };
}
