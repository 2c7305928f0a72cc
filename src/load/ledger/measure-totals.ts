import { type Combine, measuresOf } from "../../cdr/columns.js";
import { type Database, name } from "../../store/database.js";
import type { LogColumn, LogMeasure } from "../../store/log-columns.js";

/** What the rows of a batch have of a measure, as the ledger keeps it. */
export interface KeptTotal {
  name: string;
  /** The sum, the largest or the smallest, as the measure is put together; null where no row has it. */
  total: number | null;
  /** Rows that have a value of it. */
  rows: number;
}

/** What a load brought of a measure. */
export interface MeasureTotal extends KeptTotal {
  title: string;
  unit: string | null;
  kind: "count" | "amount";
  combine: Combine;
}

/**
 * Sums the measures of rows, those of each file for itself.
 *
 * @param from what the rows are in
 * @param file SQL for the number of a row's file, from 0
 * @param files how many there are
 */
export async function sumMeasures(
  db: Database,
  columns: readonly LogColumn[],
  { from, file = "0", files = 1 }: { from: string; file?: string; files?: number },
): Promise<KeptTotal[][]> {
  const measures = measuresOf(columns);
  const sums = measures.map(({ name: column, kind, combine = "add" }, index) => {
    const of = name(column);
    // of decimals, whose sum does not depend on the order of the rows
    const added = kind === "count" ? `sum(${of})` : `sum(CAST(${of} AS DECIMAL(38, 9)))`;
    const total = combine === "add" ? added : `${combine}(${of})`;
    return `CAST(${total} AS DOUBLE) AS t${index}, count(${of}) AS n${index}`;
  });
  const found = await db.rows<Record<string, number | null>>(
    `SELECT ${file} AS file, ${sums.join(", ")} FROM ${from} GROUP BY 1`,
  );
  const byFile = new Map(found.map((row) => [Number(row.file), row]));
  return Array.from({ length: files }, (_, index) =>
    measures.map((measure, m) => {
      const row = byFile.get(index);
      return { name: measure.name, total: row?.[`t${m}`] ?? null, rows: row?.[`n${m}`] ?? 0 };
    }),
  );
}

/** Puts the totals of batches together, in the order of the record. */
export function addTotals(batches: readonly (readonly KeptTotal[])[], record: readonly LogColumn[]): MeasureTotal[] {
  return measuresOf(record).flatMap((measure): MeasureTotal[] => {
    const own = batches.flatMap((totals) => totals.filter((total) => total.name === measure.name));
    if (own.length === 0) return [];
    const { name, title, unit = null, kind, combine = "add" } = measure;
    const totals = own.flatMap(({ total }) => (total === null ? [] : [total]));
    const add = { add: (a: number, b: number) => a + b, max: Math.max, min: Math.min }[combine];
    const rows = own.reduce((sum, total) => sum + total.rows, 0);
    return [
      { name, title, unit, kind, combine, total: totals.length ? totals.reduce((a, b) => add(a, b)) : null, rows },
    ];
  });
}

/** Says which computed measures came to nothing: most often a text in them is not written as the file writes it. */
export function emptyMeasures(totals: readonly MeasureTotal[], record: readonly LogColumn[]): string[] {
  return totals.flatMap(({ name, total, rows }) => {
    const sql = (record.find((column) => column.name === name) as LogMeasure | undefined)?.sql;
    if (sql === undefined || (rows > 0 && total !== 0)) return [];
    const what = rows === 0 ? "no row has a value of it" : "it is 0 in all rows";
    return [`measure ${name}: ${what}: is what it asks for written as in the file? ${sql}`];
  });
}
