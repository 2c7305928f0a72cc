import { ChurnError } from "../core/errors.js";
import type { LoadNotes } from "../load/ledger/load-result.js";
import type { PinnedFile } from "../load/reading/pinned-file.js";
import type { Database } from "../store/database.js";

/** A file of which rows were loaded. */
export interface LoadedLog extends PinnedFile {
  /** Last day of the rows that were loaded, `YYYY-MM-DD`; null when all of them were held back. */
  last_day: string | null;
  /** Rows after `cells.until`. */
  held_back: number;
  cells: LoadNotes["cells"];
  batch_id: number;
}

/** The logs of a store, as a stream sees them. */
export interface LoadedLogs {
  /** The one that reaches furthest. */
  furthest: LoadedLog & { last_day: string };
  /** Those of which rows were held back, in the order of their loads. */
  held: (LoadedLog & { after: string })[];
  /** Rows that loads held back after the stream had begun. */
  heldLater: number;
}

/**
 * Reads from the ledger what was loaded.
 *
 * @param before number of the first batch of the stream that continues; loads that came after it are not its own
 * @throws ChurnError NO_DATA when there is none, or when one was cut off
 */
export async function loadedLogs(db: Database, before = Number.POSITIVE_INFINITY): Promise<LoadedLogs> {
  const found = await db.rows<Omit<LoadedLog, "cells"> & Record<string, string | number | null> & { notes: string }>(
    `SELECT arg_max(source, batch_id) AS source, arg_max(name, batch_id) AS file, sha256, CAST(max(last_day) AS VARCHAR) AS last_day,
       CAST(sum(held_back) AS BIGINT) AS held_back, arg_max(notes, batch_id) AS notes, max(batch_id) AS batch_id
     FROM batches WHERE kind = 'load' GROUP BY sha256, options_hash ORDER BY max(batch_id)`,
  );
  const logs = found.map(({ notes, ...log }): LoadedLog => {
    const { cells, piece } = JSON.parse(notes) as LoadNotes;
    if (piece && piece.to < piece.of) {
      throw new ChurnError("NO_DATA", `${log.file} is loaded up to line ${piece.to} only`, {
        hint: "churn load continues with it",
      });
    }
    return { ...log, cells };
  });
  const own = logs.filter(({ batch_id }) => batch_id < before);
  const furthest = own.reduce<LoadedLog | undefined>(
    (last, log) => (log.last_day !== null && log.last_day >= (last?.last_day ?? "") ? log : last),
    undefined,
  );
  if (!furthest) {
    throw new ChurnError("NO_DATA", "nothing is loaded that a stream could continue", { hint: "churn load" });
  }
  const later = logs.filter(({ batch_id }) => batch_id >= before);
  return {
    furthest: furthest as LoadedLogs["furthest"],
    held: heldBack(own),
    heldLater: heldBack(later).reduce((sum, log) => sum + log.held_back, 0),
  };
}

/** The logs with rows that were held back; of a file that was loaded up to several days, up to the last of them. */
function heldBack(logs: readonly LoadedLog[]): LoadedLogs["held"] {
  const files = new Map<string, LoadedLog>();
  for (const log of logs) {
    const until = (of: LoadedLog | undefined) => (of ? (of.cells?.until ?? "9999-12-31") : "");
    if (until(log) >= until(files.get(log.sha256))) files.set(log.sha256, log);
  }
  return [...files.values()].flatMap((log) =>
    log.held_back > 0 && log.cells?.until ? [{ ...log, after: log.cells.until }] : [],
  );
}
