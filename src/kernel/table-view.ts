/** What a table looks like to the display, whichever library it comes from. */
export interface TableView {
  rows: number;
  columns: { name: string; type: string; at(row: number): unknown }[];
}

const SHOWN_ROWS = 10;

/** Recognizes Arquero tables, and danfo frames and series, by their shape; cells may bring their own copy of either. */
export function asTable(value: object): TableView | undefined {
  if (isArquero(value)) {
    const columns = value.columnNames().map((name) => {
      const at = value.getter(name);
      return { name, type: typeOf(at, value.numRows()), at };
    });
    return { rows: value.numRows(), columns };
  }
  if (isDanfo(value)) {
    const isSeries = value.shape.length === 1;
    const index = value.index ?? [];
    const cells = value.values;
    const columns = value.columns.map((name, j) => ({
      name: String(name),
      type: String(value.dtypes[j] ?? ""),
      at: (row: number) => (isSeries ? cells[row] : (cells[row] as unknown[])[j]),
    }));
    return {
      rows: value.shape[0] ?? 0,
      columns: [{ name: "", type: "", at: (row: number) => index[row] ?? row }, ...columns],
    };
  }
  return undefined;
}

interface ArqueroLike {
  numRows(): number;
  numCols(): number;
  columnNames(): string[];
  getter(name: string): (row: number) => unknown;
}

function isArquero(value: object): value is ArqueroLike {
  return ["numRows", "numCols", "columnNames", "getter"].every(
    (name) => typeof (value as Record<string, unknown>)[name] === "function",
  );
}

interface DanfoLike {
  shape: number[];
  columns: string[];
  dtypes: string[];
  index: unknown[];
  values: unknown[];
}

function isDanfo(value: object): value is DanfoLike {
  return "$data" in value && "$columns" in value && Array.isArray((value as { shape?: unknown }).shape);
}

function typeOf(at: (row: number) => unknown, rows: number): string {
  for (let row = 0; row < Math.min(rows, 100); row++) {
    const value = at(row);
    if (value === null || value === undefined) continue;
    if (value instanceof Date) return "date";
    return Array.isArray(value) ? "list" : typeof value;
  }
  return "";
}

/** A cell as a person reads it: at most six significant digits, days without the hour. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") {
    if (Number.isInteger(value)) return value.toLocaleString("en-US");
    return Math.abs(value) >= 1e6 ? Math.round(value).toLocaleString("en-US") : String(Number(value.toPrecision(6)));
  }
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? "" : value.toISOString().replace(/T00:00:00.000Z$/, "");
  if (typeof value === "object") return JSON.stringify(value);
  return String(value);
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** The first rows as an HTML table, with types and the number of rows. */
export function tableHtml(table: TableView): string {
  const shown = Math.min(table.rows, SHOWN_ROWS);
  const right = table.columns.map(({ type }) => /^(number|bigint|int|float)/.test(type));
  const style = (j: number) => (right[j] ? ' style="text-align:right"' : ' style="text-align:left"');
  const head = table.columns
    .map(
      ({ name, type }, j) =>
        `<th scope="col"${style(j)}>${escapeHtml(name)}<br><small>${escapeHtml(type)}</small></th>`,
    )
    .join("");
  let body = "";
  for (let row = 0; row < shown; row++) {
    const cells = table.columns.map(({ at }, j) => `<td${style(j)}>${escapeHtml(cellText(at(row)))}</td>`);
    body += `<tr>${cells.join("")}</tr>`;
  }
  return `<table class="dataframe"><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table><p><small>${summary(table)}</small></p>`;
}

/** The first rows as aligned text. */
export function tableText(table: TableView): string {
  const shown = Math.min(table.rows, SHOWN_ROWS);
  const columns = table.columns.map(({ name, type, at }) => {
    const cells = [
      name,
      ...Array.from({ length: shown }, (_, row) => cellText(at(row)).replace(/\s+/g, " ").slice(0, 40)),
    ];
    const width = Math.max(...cells.map((cell) => cell.length));
    const isNumber = /^(number|bigint|int|float)/.test(type);
    return cells.map((cell) => (isNumber ? cell.padStart(width) : cell.padEnd(width)));
  });
  const lines = Array.from({ length: shown + 1 }, (_, row) => columns.map((cells) => cells[row]).join("  "));
  return [...lines.map((line) => line.trimEnd()), summary(table)].join("\n");
}

function summary(table: TableView): string {
  const size = `${table.rows.toLocaleString("en-US")} rows × ${table.columns.filter(({ name }) => name !== "").length} columns`;
  return table.rows > SHOWN_ROWS ? `${size}, the first ${SHOWN_ROWS} shown` : size;
}
