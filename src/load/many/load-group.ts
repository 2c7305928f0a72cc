import { measuresOf } from "../../cdr/columns.js";
import type { Database } from "../../store/database.js";
import { setMeasures } from "../../store/log-columns.js";
import { cellOptions } from "../checking/cell-options.js";
import { cleanGroup, dropCleanRows } from "../checking/clean-rows.js";
import { fitDayFormats, fitOtherUnit } from "../checking/fit-day-formats.js";
import { measuresOfLoad } from "../measures/record-of-load.js";
import type { LoadSettings } from "../options.js";
import type { FileOfMany } from "../reading/file-of-many.js";
import { GroupRefused } from "../reading/group-refused.js";
import { insertGroup } from "../writing/insert-group.js";
import { inLimitedMemory } from "../writing/limited-memory.js";
import type { LoadedFile } from "../writing/load-into.js";
import { makeWay } from "../writing/make-way.js";

/**
 * Loads several files in one pass over all of them and one transaction: a folder of many small files takes about the time of one file
 * of the same rows.
 *
 * @returns undefined where the files have to be loaded one by one; nothing is stored then
 */
export function loadGroup(db: Database, files: readonly FileOfMany[], settings: LoadSettings): Promise<LoadedGroup> {
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  return inLimitedMemory(db, rows, (endLimit) => take(db, files, settings, endLimit));
}

type LoadedGroup = Omit<LoadedFile, "upToDate"> | undefined;

async function take(
  db: Database,
  files: readonly FileOfMany[],
  settings: LoadSettings,
  endLimit: () => Promise<unknown>,
): Promise<LoadedGroup> {
  try {
    const options = { ...cellOptions(settings), ...(await measuresOfLoad(db, settings)) };
    const found = await cleanGroup(db, files, options);
    const { days } = await db.oneRow<{ days: number }>(
      "SELECT count(*) AS days FROM bad WHERE column_name = 'DP_DATE' AND (reason LIKE 'not a date%' OR reason LIKE 'date out of range%')",
    );
    const fit = days > 0 ? await fitDayFormats(db, found.typed, found.typed.options.date_format) : undefined;
    if (fit?.formats.some(({ reads }) => reads > fit.cells - days))
      throw new GroupRefused("days may be read otherwise");
    if (await fitOtherUnit(db, found.typed)) throw new GroupRefused("days may be of another unit");
    const resampledRemoved = await makeWay(db);
    const batches = await db.transaction(async () => {
      await setMeasures(db, measuresOf(found.columns));
      const inserted = await insertGroup(db, found, { files, settings });
      await endLimit();
      return inserted;
    });
    return { batches, resampledRemoved };
  } catch (error) {
    if (error instanceof GroupRefused) return undefined;
    throw error;
  } finally {
    await dropCleanRows(db).catch(() => {});
  }
}
