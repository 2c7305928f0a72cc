import { CDR_COLUMNS } from "../cdr/columns.js";
import { dateOf } from "../core/days.js";
import { columnAs } from "./columns-as.js";
import type { Database } from "./database.js";
import type { Columns } from "./read-columns.js";

/** Brings `DailySummary` up to date for the days from `first` to `last`; running it again changes nothing. */
export async function updateDailySummary(db: Database, first: string, last: string): Promise<void> {
  await db.run(
    `INSERT OR REPLACE INTO DailySummary
     SELECT DP_DATE, sum(DP_MOC_COUNT), sum(DP_MOC_DURATION), sum(DP_DATA_COUNT), sum(DP_DATA_VOLUME)
     FROM DP_CDR_Data WHERE DP_DATE BETWEEN CAST($1 AS DATE) AND CAST($2 AS DATE) GROUP BY DP_DATE`,
    [first, last],
  );
}

/** Brings `DailySummary` up to date for days of which rows may have gone. */
export async function refreshDailySummary(db: Database, days: readonly string[]): Promise<void> {
  for (const day of days) await updateDailySummary(db, day, day);
  await db.run(`DELETE FROM DailySummary WHERE "Date" NOT IN (SELECT DP_DATE FROM DP_CDR_Data)`);
}

/** The columns of records that `DailySummary` sums. */
export const SUMMED = ["DP_MOC_COUNT", "DP_MOC_DURATION", "DP_DATA_COUNT", "DP_DATA_VOLUME"];

const COUNTS = new Set(CDR_COLUMNS.filter(({ kind }) => kind === "count").map(({ name }) => name));

/** Columns of `DailySummary` beside the day, in the order of what they sum. */
export const SUMMARY_COLUMNS = [
  "Total_Outgoing_Calls",
  "Total_Outgoing_Call_Time",
  "Total_Data_Purchases",
  "Total_Data_Volume",
];

/** What rows add to each day of `DailySummary`: day → a sum per column, NaN where the day has no value of it; sums of counts are exact. */
export function sumsByDay(columns: Columns, rows: number): Map<number, (number | bigint)[]> {
  const days = columnAs(columns, "DP_DATE", Int32Array);
  const sums = new Map<number, (number | bigint)[]>();
  for (let i = 0; i < rows; i++) {
    const day = days[i];
    const sum = sums.get(day) ?? SUMMED.map(() => Number.NaN);
    sums.set(day, sum);
    for (const [j, name] of SUMMED.entries()) {
      const value = Number(columns[name]?.[i] ?? Number.NaN);
      if (Number.isNaN(value)) continue;
      const before = sum[j];
      if (Number.isNaN(before)) sum[j] = value;
      else sum[j] = COUNTS.has(name) ? plus(before, value) : Number(before) + value;
    }
  }
  return sums;
}

/** The sum of counts as a double, or, beyond what doubles hold exactly, as a whole number of any size. */
function plus(sum: number | bigint, value: number): number | bigint {
  if (typeof sum === "bigint") return sum + BigInt(value);
  return sum + value <= Number.MAX_SAFE_INTEGER ? sum + value : BigInt(sum) + BigInt(value);
}

/**
 * The statements that add new rows to `DailySummary`; they have to run in the transaction that writes the rows.
 *
 * @param known days that are there for sure: to update them takes a third of the time
 */
export function addToDailySummary(columns: Columns, rows: number, known: ReadonlySet<number>): string {
  const sums = sumsByDay(columns, rows);
  if (sums.size === 0) return "";
  // an exponent makes a double of the literal; without one it is a decimal, and rounded twice, or a whole number, which a count stays
  const literal = (value: number | bigint, j: number) => {
    if (Number.isNaN(value)) return "NULL";
    return COUNTS.has(SUMMED[j]) ? String(value) : Number(value).toExponential();
  };
  const statements = [...sums].map(([day, sum]) => {
    const values = sum.map(literal);
    const add = (name: string, value: string) => `${name} = coalesce(${name} + ${value}, ${name}, ${value})`;
    if (known.has(day)) {
      const set = SUMMARY_COLUMNS.map((name, j) => add(name, values[j])).join(", ");
      return `UPDATE DailySummary SET ${set} WHERE "Date" = DATE '${dateOf(day)}'`;
    }
    const set = SUMMARY_COLUMNS.map((name) => add(name, `excluded.${name}`)).join(", ");
    return `INSERT INTO DailySummary VALUES (DATE '${dateOf(day)}', ${values.join(", ")}) ON CONFLICT DO UPDATE SET ${set}`;
  });
  return statements.join("; ");
}
