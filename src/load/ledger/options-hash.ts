import { createHash } from "node:crypto";
import type { Partition } from "../../download/many/partition.js";
import { AUTO_READER, type ReaderSettings } from "../../download/reader-options.js";
import { cellOptions } from "../checking/cell-options.js";
import type { LoadSettings } from "../options.js";

/**
 * Names the options that decide what a file becomes; the rest only says where it lies.
 *
 * @param partition columns that its folders give to its rows: the same bytes in another folder are other rows
 */
export function optionsHash(settings: LoadSettings, partition?: Partition): string {
  const { columns, grain, empty_cells, date_format, time_zone, ...later } = cellOptions(settings);
  const mapping = Object.entries(columns).sort(([a], [b]) => (a < b ? -1 : 1));
  // options of later versions count where they are given: a log that was loaded before them stays known
  const form = Object.entries(settings.reader).filter(
    ([key, value]) => AUTO_READER[key as keyof ReaderSettings] !== value,
  );
  const given = [...Object.entries(later), ...form].sort(([a], [b]) => (a < b ? -1 : 1));
  const more: unknown[] = [...(time_zone ? [time_zone] : []), ...(partition ? [partition] : []), ...given];
  if (Object.keys(settings.measures).length > 0) more.push({ measures: settings.measures });
  return createHash("sha256")
    .update(JSON.stringify([mapping, grain, settings.until, empty_cells, date_format, ...more]))
    .digest("hex")
    .slice(0, 16);
}
