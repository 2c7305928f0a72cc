export type Scalar = string | number | boolean | null;

/** Rows as CSV (RFC 4180): a header line, empty cells for null, numbers at full precision. */
export function csvText(rows: readonly Readonly<Record<string, Scalar>>[], columns: readonly string[]): string {
  const lines = [columns.map(cell).join(",")];
  for (const row of rows) lines.push(columns.map((column) => cell(row[column] ?? null)).join(","));
  return `${lines.join("\n")}\n`;
}

function cell(value: Scalar): string {
  if (value === null) return "";
  if (typeof value === "boolean") return value ? "True" : "False";
  const text = String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
