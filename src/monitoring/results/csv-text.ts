export type Scalar = string | number | boolean | null;

/** Rows as CSV (RFC 4180): a header line, empty cells for null, numbers at full precision. */
export function csvText(rows: readonly Readonly<Record<string, Scalar>>[], columns: readonly string[]): string {
  return csvLines([columns, ...rows.map((row) => columns.map((column) => row[column] ?? null))]);
}

/** Lines of cells as CSV. */
export const csvLines = (lines: readonly (readonly Scalar[])[]): string =>
  `${lines.map((cells) => cells.map(cell).join(",")).join("\n")}\n`;

function cell(value: Scalar): string {
  if (typeof value === "number") return String(value);
  if (value === null) return "";
  if (typeof value === "boolean") return value ? "True" : "False";
  return /[",\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
