import { ChurnError } from "../core/errors.js";
import type { LoadNotes } from "../load/load-file.js";
import type { Database } from "../store/database.js";

/** The load that a stream continues. */
export interface LastLoad {
  source: string;
  file: string;
  sha256: string;
  /** Last day of the loaded range, `YYYY-MM-DD`. */
  last_day: string;
  held_back: number;
  cells: LoadNotes["cells"];
}

/**
 * Reads from the ledger which load reached furthest.
 *
 * @throws ChurnError NO_DATA when there is none, or when it was cut off
 */
export async function lastLoad(db: Database): Promise<LastLoad> {
  const found = await db.row<Omit<LastLoad, "cells"> & { notes: string }>(
    `SELECT arg_max(source, batch_id) AS source, arg_max(name, batch_id) AS file, sha256, CAST(max(last_day) AS VARCHAR) AS last_day,
       CAST(sum(held_back) AS BIGINT) AS held_back, arg_max(notes, batch_id) AS notes
     FROM batches WHERE kind = 'load' GROUP BY sha256, options_hash
     HAVING max(batches.last_day) IS NOT NULL ORDER BY max(batches.last_day) DESC, max(batch_id) DESC LIMIT 1`,
  );
  if (!found) throw new ChurnError("NO_DATA", "nothing is loaded that a stream could continue", { hint: "churn load" });
  const { notes, ...load } = found;
  const { cells, piece } = JSON.parse(notes) as LoadNotes;
  if (piece && piece.to < piece.of) {
    throw new ChurnError("NO_DATA", `${load.file} is loaded up to line ${piece.to} only`, {
      hint: "churn load goes on with it",
    });
  }
  return { ...load, cells };
}
