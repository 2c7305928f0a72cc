import { createHash } from "node:crypto";
import type { Partition } from "../download/many/partition.js";
import type { LoadSettings } from "./options.js";

/**
 * Names the options that decide what a file becomes; the rest only says where it lies.
 *
 * @param partition columns that its folders give to its rows: the same bytes in another folder are other rows
 */
export function optionsHash(
  { columns, grain, until, empty_cells, date_format, time_zone }: LoadSettings,
  partition?: Partition,
): string {
  const mapping = Object.entries(columns).sort(([a], [b]) => (a < b ? -1 : 1));
  const more = [...(time_zone ? [time_zone] : []), ...(partition ? [partition] : [])];
  return createHash("sha256")
    .update(JSON.stringify([mapping, grain, until, empty_cells, date_format, ...more]))
    .digest("hex")
    .slice(0, 16);
}
