import type { Database } from "../../store/database.js";
import { isTooMany } from "../../store/too-many-rejects.js";
import { GroupRefused } from "../reading/group-refused.js";

/** What became of the rows of a file of a group; as the ledger has it. */
export interface FileCounts {
  rows: number;
  rejected: number;
  /** Of these, cells that are no numbers. */
  numbers: number;
  merged: number;
  stored_before: number;
  held_back: number;
  added: number;
  filled: number;
  first_day: string | null;
  last_day: string | null;
}

/**
 * Counts the good rows of each file of a group, as if none of them met a row of another file or of the store.
 *
 * @param until SQL for the last day that is taken
 */
export async function countGroup(
  db: Database,
  files: number,
  grain: "day" | "event",
  until: string,
): Promise<FileCounts[]> {
  const nothing = { rows: 0, rejected: 0, numbers: 0, merged: 0, stored_before: 0, held_back: 0, added: 0, filled: 0 };
  const counts = Array.from({ length: files }, (): FileCounts => ({ ...nothing, first_day: null, last_day: null }));
  const days = (of: string) => `CAST(${of}(DP_DATE) FILTER (DP_DATE <= ${until}) AS VARCHAR)`;
  const found = await db.rows<Pick<FileCounts, "rows" | "held_back" | "first_day" | "last_day"> & { file: number }>(
    `SELECT file_number AS file, count(*) FILTER (DP_DATE <= ${until}) AS rows, count(*) FILTER (DP_DATE > ${until}) AS held_back,
      ${days("min")} AS first_day, ${days("max")} AS last_day FROM clean GROUP BY file_number`,
  );
  for (const { file, ...own } of found) Object.assign(counts[file], own);
  if (grain === "day") return counts;
  const good = await db.rows<{ file: number; n: number }>(
    "SELECT file_number AS file, count(*) AS n FROM typed WHERE ok GROUP BY file_number",
  );
  for (const { file, n } of good) counts[file].merged = n - counts[file].rows - counts[file].held_back;
  return counts;
}

/** Share of the rows that are no numbers, above which the numbers of a file may be written in another way. */
const NO_NUMBERS = 0.01;

/**
 * Looks whether the rows of each file can be trusted.
 *
 * @throws GroupRefused when one has to be looked at by itself
 */
export function judgeGroup(counts: readonly FileCounts[], maxRejects: number): void {
  for (const { rejected, numbers, rows, merged, stored_before, held_back } of counts) {
    const all = rejected + rows + merged + stored_before + held_back;
    const isDoubtful = rejected === all || numbers > NO_NUMBERS * all || isTooMany({ rejected, rows: all }, maxRejects);
    if (rejected > 0 && isDoubtful) throw new GroupRefused("a file has too many bad rows");
  }
}
