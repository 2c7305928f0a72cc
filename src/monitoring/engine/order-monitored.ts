import type { Chunking, Period } from "../chunks/chunk.js";
import { orderTable } from "../chunks/order-table.js";
import type { MonitoredTable, OrderedTable } from "../chunks/table.js";

/**
 * Checks a table that comes in from outside and puts its rows in time order: calculators see nothing else.
 *
 * Rows of one time stay as they come where NannyML's results are asked for, and in chunks by period: a period holds all rows
 * of one time, so that their order changes nothing.
 */
export const orderMonitored = (
  table: MonitoredTable,
  period: Period,
  { compat, chunking }: { readonly compat: boolean; readonly chunking: Chunking | undefined },
): OrderedTable => orderTable(table, period, compat || chunking?.period !== undefined);
