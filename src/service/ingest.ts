import { createHash } from "node:crypto";
import type { z } from "zod";
import { ChurnError } from "../core/errors.js";
import { snakeKeys } from "../core/key-case.js";
import type { Store } from "../store/open-store.js";
import type { ingestAnswer } from "./api-schemas.js";
import { checkRecords } from "./check-records.js";

/** Rejects that an answer lists. */
const LISTED = 1000;

/**
 * Stores records that were posted: good rows in one transaction with the ledger row, bad ones in `rejects`.
 *
 * @param key names the request: the same key is answered the same and written once; by default what the records are
 * @throws ChurnError CONFLICT when the key came with other records before
 */
export async function ingest(
  store: Store,
  records: readonly Record<string, unknown>[],
  key: string | undefined,
): Promise<z.infer<typeof ingestAnswer>> {
  const content = createHash("sha256").update(JSON.stringify(records)).digest("hex");
  const name = key ?? content.slice(0, 32);
  if (records.length === 0) throw new ChurnError("BAD_INPUT", "there is no record to store");
  const { columns, rejects } = checkRecords(records, Math.floor(Date.now() / 86_400_000), await store.recordColumns());
  const {
    firstDay: _first,
    lastDay: _last,
    ...done
  } = await store.commitBatch({
    kind: "ingest",
    name,
    number: 0,
    source: "posted records",
    content,
    rows: { columns },
    rejects,
  });
  const counts = snakeKeys(done);
  if (counts.rejected === 0) return { ...counts, rejects: [] };
  const kept = await store.lease((db) =>
    db.rows<z.infer<typeof ingestAnswer>["rejects"][number]>(
      `SELECT line, column_name, reason FROM rejects WHERE batch_id = $1 ORDER BY line LIMIT ${LISTED}`,
      [counts.batch_id],
    ),
  );
  return { ...counts, rejects: kept };
}
