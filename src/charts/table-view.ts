import { dateOf } from "../core/days.js";
import { escapeHtml } from "../core/escape-html.js";
import { JUPYTER_DISPLAY, type MimeBundle } from "./chart.js";
import { formatNumbers } from "./format-numbers.js";
import { isMissing, type TableHead, type TableInput, tableHead } from "./table-head.js";

/** A table as people read it. */
export interface TableView {
  readonly html: string;
  /** Aligned columns of plain text. */
  readonly text: string;
  toString(): string;
  [JUPYTER_DISPLAY](): MimeBundle;
}

/** How a table is shown: its title, how many rows, which columns hold days. */
export interface TableViewOptions {
  /** How many rows to show; 10 by default. */
  rows?: number;
  title?: string;
  /** Columns that hold days since 1970-01-01, shown as YYYY-MM-DD. */
  days?: readonly string[];
}

interface Cell {
  text: string;
  missing: boolean;
}

interface ShownColumn {
  name: string;
  type: string;
  right: boolean;
  cells: Cell[];
}

const LONGEST = 60;

/**
 * Shows the first rows of a table: types under the names, numbers aligned, missing values set apart, all text escaped.
 *
 * @param table an Arquero table, a danfo DataFrame or Series, an array of rows, or an object of columns
 * @throws ChurnError BAD_INPUT for what is not a table
 */
export function tableView(table: TableInput, options: TableViewOptions = {}): TableView {
  const rows = options.rows ?? 10;
  const head = tableHead(table, rows);
  const columns = head.columns.map((column) => showColumn(column, options.days?.includes(column.name) ?? false));
  const shown = Math.min(rows, head.numRows);
  const count = (n: number, word: string) => `${n.toLocaleString("en-US")} ${word}${n === 1 ? "" : "s"}`;
  const note = `${shown < head.numRows ? `first ${shown.toLocaleString("en-US")} of ` : ""}${count(head.numRows, "row")} × ${count(columns.length, "column")}`;
  const html = renderHtml(columns, shown, note, options.title);
  const text = renderText(columns, shown, note, options.title);
  return {
    html,
    text,
    toString: () => text,
    [JUPYTER_DISPLAY]: () => ({ "text/html": html, "text/plain": text }),
  };
}

function showColumn({ name, type, values }: TableHead["columns"][number], day: boolean): ShownColumn {
  if (day) {
    const cells = values.map((value) => cell(isMissing(value) ? null : dateOf(Number(value))));
    return { name, type: "date", right: false, cells };
  }
  const right = type === "integer" || type === "number";
  if (!right) return { name, type, right, cells: values.map((value) => cell(plainText(value))) };
  const present = values.filter((value): value is number | bigint => !isMissing(value));
  const written = formatNumbers(present);
  let at = 0;
  return { name, type, right, cells: values.map((value) => cell(isMissing(value) ? null : written[at++])) };
}

function cell(text: string | null): Cell {
  return text === null ? { text: "null", missing: true } : { text, missing: false };
}

function plainText(value: unknown): string | null {
  if (isMissing(value)) return null;
  if (typeof value === "number") return formatNumbers([value])[0];
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) return null;
    const iso = value.toISOString();
    return iso.endsWith("T00:00:00.000Z") ? iso.slice(0, 10) : iso.slice(0, 19).replace("T", " ");
  }
  const text = typeof value === "object" ? jsonText(value) : String(value);
  // line ends and other control characters would break the lines of the text form
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const visible = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (character) =>
    JSON.stringify(character).length > 3
      ? JSON.stringify(character).slice(1, -1)
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  const letters = [...visible];
  return letters.length > LONGEST ? `${letters.slice(0, LONGEST - 1).join("")}…` : visible;
}

function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value, (_, part) => (typeof part === "bigint" ? String(part) : part)) ?? "";
  } catch {
    return String(value);
  }
}

function renderText(columns: readonly ShownColumn[], rows: number, note: string, title: string | undefined): string {
  const size = (text: string) => [...text].length;
  const padded = columns.map(({ name, type, right, cells }) => {
    const lines = [plainText(name) ?? "", type, ...cells.map((each) => each.text)];
    const width = Math.max(...lines.map(size));
    const pad = (text: string) => {
      const space = " ".repeat(width - size(text));
      return right ? space + text : text + space;
    };
    return { lines: lines.map(pad), rule: "─".repeat(width) };
  });
  const line = (part: (column: (typeof padded)[number]) => string) => padded.map(part).join("  ").trimEnd();
  return [
    ...(title ? [title] : []),
    line((column) => column.lines[0]),
    line((column) => column.lines[1]),
    line((column) => column.rule),
    ...Array.from({ length: rows }, (_, row) => line((column) => column.lines[row + 2])),
    `(${note})`,
  ].join("\n");
}

// inline, since notebooks that are not trusted and pages of them lose <style>; gray at part opacity and inherited ink, which
// read on a light and on a dark page
const BASE = "padding:4px 12px;white-space:nowrap;color:inherit;background:none;border:0;";
const SMALL = "font-weight:400;font-size:11px;opacity:.65";

function renderHtml(columns: readonly ShownColumn[], rows: number, note: string, title: string | undefined): string {
  const align = ({ right }: ShownColumn) => `text-align:${right ? "right" : "left"};`;
  const head = columns.map((column) => {
    const style = `${BASE}${align(column)}vertical-align:bottom;border-bottom:1px solid rgba(128,128,128,.55)`;
    return `<th scope="col" style="${style}">${escapeHtml(column.name)}<br><small style="${SMALL}">${column.type}</small></th>`;
  });
  const body = Array.from({ length: rows }, (_, row) => {
    const cells = columns.map((column) => {
      const { text, missing } = column.cells[row];
      const style = `${BASE}${align(column)}font-variant-numeric:tabular-nums${missing ? ";font-style:italic;opacity:.5" : ""}`;
      return `<td style="${style}">${escapeHtml(text)}</td>`;
    });
    return `<tr${row % 2 ? ' style="background:rgba(128,128,128,.08)"' : ""}>${cells.join("")}</tr>`;
  });
  const caption = `caption-side:top;text-align:left;font-weight:600;font-size:14px;padding:0 0 6px 12px;color:inherit`;
  return [
    '<div style="overflow-x:auto">',
    '<table style="border-collapse:collapse;font-size:13px;line-height:1.35;margin:0">',
    ...(title ? [`<caption style="${caption}">${escapeHtml(title)}</caption>`] : []),
    `<thead><tr>${head.join("")}</tr></thead>`,
    `<tbody>${body.join("\n")}</tbody>`,
    `</table><div style="${SMALL};padding:6px 12px">${note}</div></div>`,
  ].join("\n");
}
