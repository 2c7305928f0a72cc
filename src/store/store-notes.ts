import { coverageNote, coverageOf } from "./coverage/coverage.js";
import type { Database } from "./database.js";
import type { Store } from "./open-store.js";
import { resampledNote } from "./resampled-rows.js";

/** What whoever reads a page should know of the rows behind it: none of it is a fault. */
export async function notesOfRows(db: Database): Promise<string[]> {
  return [coverageNote(await coverageOf(db)), await resampledNote(db)].flatMap((note) => note ?? []);
}

/** The same, for a cell of a notebook. */
export function storeNotes(store: Store): Promise<string[]> {
  return store.lease(notesOfRows);
}
