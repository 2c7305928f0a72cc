import type { Partition } from "../../download/many/partition.js";
import { text } from "../../store/database.js";
import type { Source } from "./source.js";

/**
 * A source whose rows have the columns of the folders that their files lie in, behind their own; a column that the file has itself
 * stays as it is there.
 *
 * @param partitions one a file; of a group all have the same columns
 */
export function withPartition(source: Source, partitions: readonly (Partition | undefined)[]): Source {
  const columns = Object.keys(partitions[0] ?? {}).filter((column) => !source.header.includes(column));
  if (columns.length === 0) return source;
  const { header, width, file, cell, cells } = source;
  const valueIn = (column: string, number: string | undefined) => {
    const values = partitions.map((partition) => literal(partition?.[column] ?? null));
    return number === undefined ? values[0] : `[${values.join(", ")}][${number} + 1]`;
  };
  const valuesOf = (number: string | undefined) => columns.map((column) => valueIn(column, number)).join(", ");
  return {
    ...source,
    header: [...header, ...columns],
    cell: (position) => (position < width ? cell(position) : valueIn(columns[position - width], file)),
    cells: (lines) =>
      `SELECT * REPLACE (CASE WHEN f IS NOT NULL THEN f || [${valuesOf(file && "file_number")}] END AS f) FROM (${cells(lines)})`,
  };
}

const literal = (value: string | null) => (value === null ? "CAST(NULL AS VARCHAR)" : text(value));
