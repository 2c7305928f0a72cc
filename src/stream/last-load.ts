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

/** Reads from the ledger which load reached furthest. */
export async function lastLoad(db: Database): Promise<LastLoad> {
  const found = await db.row<Omit<LastLoad, "cells"> & { notes: string }>(
    `SELECT source, name AS file, sha256, CAST(last_day AS VARCHAR) AS last_day, held_back, notes FROM batches
     WHERE kind = 'load' AND last_day IS NOT NULL ORDER BY batches.last_day DESC, batch_id DESC LIMIT 1`,
  );
  if (!found) throw new ChurnError("NO_DATA", "nothing is loaded that a stream could continue", { hint: "churn load" });
  const { notes, ...load } = found;
  return { ...load, cells: (JSON.parse(notes) as LoadNotes).cells };
}
