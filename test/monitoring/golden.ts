import { readFileSync } from "node:fs";
import { brotliDecompressSync } from "node:zlib";
import type { Chunking } from "../../src/monitoring/chunks/chunk.js";
import type { MonitoredTable } from "../../src/monitoring/chunks/table.js";
import type { PerformanceOptions } from "../../src/monitoring/realized/performance-plan.js";

const folder = new URL("../fixtures/nannyml/", import.meta.url);
const read = (path: string) => brotliDecompressSync(readFileSync(new URL(`${path}.br`, folder))).toString("utf8");

export type Cell = string | number | boolean | null;

/** A table as the golden files hold it: two- or three-level column names. */
export interface GoldenTable {
  columns: string[][];
  rows: Cell[][];
}

// biome-ignore lint/suspicious/noExplicitAny: the files have many shapes
export const golden = (group: string): Record<string, any> => JSON.parse(read(`${group}.json`));

/** A data file as text, as it was. */
export const goldenCsv = (name: string): string => read(`data/${name}`);

export const goldenJson = (name: string) => JSON.parse(read(`data/${name}`));

const MISSING = new Set(["", "NaN", "nan", "None", "null", "NULL", "NA", "N/A", "n/a"]);

/** Columns of a CSV file, typed as pandas types them: numbers, booleans or text. */
export function csvColumns(name: string): Record<string, (string | number | boolean | null)[]> {
  const [header = "", ...lines] = read(`data/${name}`).trimEnd().split(/\r?\n/);
  const cells = lines.map((line) => line.split(","));
  return Object.fromEntries(
    header.split(",").map((column, c) => {
      const texts = cells.map((row) => (MISSING.has(row[c]) ? null : row[c]));
      const known = texts.filter((text) => text !== null);
      const numeric = known.every((text) => Number.isFinite(Number(text)));
      const boolean = known.every((text) => text === "True" || text === "False");
      return [
        column,
        numeric
          ? texts.map((text) => (text === null ? null : Number(text)))
          : boolean
            ? texts.map((text) => (text === null ? null : text === "True"))
            : texts,
      ];
    }),
  );
}

export type Columns = ReturnType<typeof csvColumns>;

const head = (columns: Columns, rows: number): Columns =>
  Object.fromEntries(Object.entries(columns).map(([key, values]) => [key, values.slice(0, rows)]));

const roles = {
  carloan: {
    truth: "repaid",
    reference: "synthetic_car_loan_reference.csv",
    analysis: "synthetic_car_loan_analysis.csv",
  },
  micro: { truth: "churned", reference: "micro_churn_reference.csv", analysis: "micro_churn_analysis.csv" },
};

const cache = new Map<string, MonitoredTable>();

/** A golden data set as a table to monitor; the label column also stands under its own name. */
export function goldenTable(
  set: keyof typeof roles,
  period: "reference" | "analysis",
  options: { time?: boolean; rows?: number; scored?: boolean } = {},
): MonitoredTable {
  const { time = true, rows, scored = false } = options;
  const id = JSON.stringify([set, period, time, rows, scored]);
  let table = cache.get(id);
  if (!table) {
    const role = roles[set];
    let columns = csvColumns(role[period]);
    if (set === "carloan" && period === "analysis") {
      columns.repaid = csvColumns("synthetic_car_loan_analysis_target.csv").repaid as number[];
    }
    if (rows) columns = head(columns, rows);
    if (scored) {
      const scores = columns.y_pred_proba as (number | null)[];
      const kept = ([key, values]: [string, unknown[]]) => [key, values.filter((_, i) => scores[i] !== null)];
      columns = Object.fromEntries(Object.entries(columns).map(kept));
    }
    const { timestamp, y_pred_proba, y_pred, ...rest } = columns;
    table = {
      ...(time ? { timestamp: timestamp as string[] } : {}),
      yPredProba: y_pred_proba as number[],
      yPred: y_pred as number[],
      yTrue: columns[role.truth] as number[],
      columns: rest,
    };
    cache.set(id, table);
  }
  return table;
}

/** The flat name that NannyML gives a column of two or three levels. */
export function flatName(levels: readonly string[] | string): string {
  return [levels]
    .flat()
    .join("_")
    .replace(/^(chunk_)+/, "chunk_");
}

/** How a comparison went. */
export interface Tally {
  compared: number;
  agreed: number;
  misses: string[];
}

/** Compares a result's rows with a golden table, by column name. */
export function compareRows(
  rows: readonly Readonly<Record<string, Cell>>[],
  expected: GoldenTable,
  { relative, skip = () => false }: { relative: number; skip?: (name: string) => boolean },
  tally: Tally,
  label: string,
): void {
  // some printed tables are the first or last rows of a longer one
  if (/_(first|last)\d/.test(label)) {
    const key = expected.columns.findIndex((levels) => flatName(levels) === "chunk_key");
    const shown = new Set(expected.rows.map((row) => row[key]));
    rows = rows.filter((row) => shown.delete(row.chunk_key));
  }
  expected.rows.forEach((want, r) => {
    expected.columns.forEach((levels, c) => {
      const name = flatName(levels);
      if (skip([levels].flat().join("/"))) return;
      const have = rows[r]?.[name];
      const value = want[c];
      tally.compared++;
      if (have !== undefined && same(have, value, relative)) tally.agreed++;
      else if (tally.misses.length < 40) tally.misses.push(`${label} row ${r} ${name}: ${have}, expected ${value}`);
    });
  });
  if (rows.length !== expected.rows.length)
    tally.misses.push(`${label}: ${rows.length} rows, not ${expected.rows.length}`);
}

export function same(have: Cell, want: Cell, relative: number): boolean {
  if (typeof have !== "number" || typeof want !== "number") return have === want;
  return Math.abs(have - want) <= Math.max(1e-12, relative * Math.abs(want));
}

// biome-ignore lint/suspicious/noExplicitAny: the files have many shapes
export function chunkingOf(file: any): { chunking: Chunking; time: boolean } {
  const { type, offset, chunk_size, chunk_number, incomplete, timestamp } = file.chunking;
  const full = file.expected ?? file.expected_full_precision;
  const date = full?.columns?.findIndex((levels: string[] | string) => flatName(levels) === "chunk_start_date") ?? -1;
  const time =
    date >= 0
      ? full.rows[0][date] !== null
      : timestamp === undefined
        ? type === "period" || !!file.config.timestamp_column_name || !!file.config.timestamp
        : timestamp !== null;
  const chunking: Chunking =
    type === "period"
      ? { period: offset }
      : type === "size"
        ? { size: chunk_size, incomplete }
        : type === "number"
          ? { number: chunk_number, incomplete }
          : {};
  return { chunking, time };
}

// biome-ignore lint/suspicious/noExplicitAny: the files have many shapes
export function performanceOptions({ config }: any): PerformanceOptions {
  return {
    metrics: config.metrics,
    ...(config.thresholds && typeof config.thresholds === "object" ? { thresholds: config.thresholds } : {}),
    normalizeConfusionMatrix: config.normalize_confusion_matrix ?? null,
    businessValueMatrix: config.business_value_matrix,
    normalizeBusinessValue: config.normalize_business_value ?? null,
  };
}

/** The part of a result that a golden file is about. */
// biome-ignore lint/suspicious/noExplicitAny: the files have many shapes
export function periodOf(file: any): "all" | "reference" | "analysis" {
  const text = String(file.period ?? "all");
  return text.startsWith("reference") ? "reference" : /^analysis|\(analysis\)/.test(text) ? "analysis" : "all";
}

/** The table as NannyML's documentation prints it: texts of about six digits. */
// biome-ignore lint/suspicious/noExplicitAny: the files have many shapes
function documented(file: any): GoldenTable {
  return {
    columns: file.columns_documented,
    rows: file.expected_documented_rows.map((row: (string | null)[]) => row.map(printed)),
  };
}

function printed(text: string | null): Cell {
  if (text === null || text === "nan" || text === "NaN" || text === "None" || text === "") return null;
  if (text === "True" || text === "False") return text === "True";
  return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** Compares rows with a golden file: the run at full precision, and what the documentation printed of it. */
export function compareFile(
  rows: readonly Readonly<Record<string, Cell>>[],
  // biome-ignore lint/suspicious/noExplicitAny: the files have many shapes
  file: any,
  options: { relative: number; skip?: (name: string) => boolean },
  tally: Tally,
  label: string,
): string[] {
  const full = file.expected ?? file.expected_full_precision;
  if (full?.columns) compareRows(rows, full, options, tally, label);
  if (file.columns_documented) compareRows(rows, documented(file), { ...options, relative: 6e-6 }, tally, label);
  return tally.misses.filter((miss) => miss.startsWith(label));
}
