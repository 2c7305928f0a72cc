import { ChurnError } from "../../core/errors.js";
import { knownValue } from "../../core/known-value.js";
import { argsort } from "../../statistics/argsort.js";
import { type Column, columnLength, gather, isCategory, toColumn } from "./column.js";
import { parseTimestamps, type Timestamps } from "./parse-timestamps.js";
import type { MonitoredTable, OrderedTable } from "./table.js";

/**
 * Checks a table and puts its rows in time order.
 *
 * Rows of the same time are ordered by the identifier, or by a hash of what they hold, so that two files with the same
 * rows in another order give the same chunks.
 *
 * @param name what messages call the table: "reference" or "analysis"
 * @param keepTies keep rows of the same time as they come, as NannyML does on sorted files
 * @throws BAD_INPUT for an empty table, columns of different length, labels other than 0 and 1, scores outside 0 … 1
 */
export function orderTable(table: MonitoredTable, name: string, keepTies = false): OrderedTable {
  const columns = new Map<string, Column>();
  const add = (key: string, input: MonitoredTable["yTrue"], label = false) => {
    if (input === undefined) return;
    const column = toColumn(input, key);
    columns.set(key, label ? truthValues(column) : column);
  };
  const { yPredProba = "y_pred_proba", yPred = "y_pred", yTrue = "y_true" } = table.names ?? {};
  add(yPredProba, table.yPredProba);
  add(yPred, table.yPred, true);
  add(yTrue, table.yTrue, true);
  for (const [key, input] of Object.entries(table.columns ?? {})) add(key, input);
  const identifier = table.identifier === undefined ? undefined : toColumn(table.identifier, "identifier");

  const lengths = [...columns].map(([key, column]) => [key, columnLength(column)] as const);
  if (table.timestamp) lengths.unshift(["timestamp", table.timestamp.length]);
  const rows = lengths[0]?.[1] ?? 0;
  const odd = lengths.find(([, length]) => length !== rows);
  if (odd) {
    throw new ChurnError(
      "BAD_INPUT",
      `${name}: column "${odd[0]}" has ${odd[1]} rows, "${lengths[0]?.[0]}" has ${rows}`,
    );
  }
  if (rows === 0) throw new ChurnError("NO_DATA", `${name}: data contains no rows`);

  if (table.yPredProba !== undefined) checkScore(knownValue(columns, yPredProba), yPredProba, name);
  if (table.yPred !== undefined) checkLabel(knownValue(columns, yPred), yPred, name);
  if (table.yTrue !== undefined) checkLabel(knownValue(columns, yTrue), yTrue, name);

  const warnings: string[] = [];
  const time = table.timestamp ? timesOf(table.timestamp) : undefined;
  const order = time && orderOf(time.ms, () => tieKey(identifier, columns, rows), keepTies);
  if (order) for (const [key, column] of columns) columns.set(key, gather(column, order));
  const ms = time && (order ? gather(time.ms, order) : time.ms);
  const lost = ms ? ms.length - countTimestamped(ms) : 0;
  if (lost > 0) warnings.push(`${name}: ${lost} of ${rows} rows have no timestamp`);
  const numbers = (key: string) => {
    const column = columns.get(key);
    return column && !isCategory(column) ? column : undefined;
  };
  return {
    rows,
    time: ms,
    zone: time?.zone ?? table.zone,
    score: table.yPredProba === undefined ? undefined : numbers(yPredProba),
    predicted: table.yPred === undefined ? undefined : numbers(yPred),
    truth: table.yTrue === undefined ? undefined : numbers(yTrue),
    order,
    columns,
    names: {
      ...(table.yPredProba === undefined ? {} : { score: yPredProba }),
      ...(table.yPred === undefined ? {} : { predicted: yPred }),
      ...(table.yTrue === undefined ? {} : { truth: yTrue }),
    },
    shared: new Map(),
    warnings,
  };
}

/** A value of a table that is computed once. */
export function memoize<T>({ shared }: OrderedTable, key: string, compute: () => T): T {
  if (!shared.has(key)) shared.set(key, compute());
  return shared.get(key) as T;
}

/** The column of a role, of a table that was checked to have it. */
export function roleOf(table: OrderedTable, role: "score" | "predicted" | "truth"): Float64Array {
  const column = table[role];
  if (!column) throw new Error(`the table was not checked: it has no ${role}`);
  return column;
}

/** A column in the order of the caller's rows. */
export function originalOrder({ order }: OrderedTable, column: Float64Array): Float64Array {
  if (!order) return column;
  const given = new Float64Array(column.length);
  for (let i = 0; i < order.length; i++) given[order[i]] = column[i];
  return given;
}

/** How many of ascending times are not missing. */
export function countTimestamped(ms: Float64Array): number {
  let n = ms.length;
  while (n > 0 && Number.isNaN(ms[n - 1])) n--;
  return n;
}

// numbers are milliseconds in whatever zone: they go with texts of either kind
function timesOf(input: NonNullable<MonitoredTable["timestamp"]>): { ms: Float64Array; zone?: Timestamps["zone"] } {
  if (input instanceof Float64Array) return { ms: input };
  let first: unknown;
  for (let i = 0; i < input.length && (first === undefined || first === null); i++) first = input[i];
  if (typeof first === "string") return parseTimestamps(input as ArrayLike<string>);
  return {
    ms: Float64Array.from(input as ArrayLike<number | Date>, (each) => (each === null ? Number.NaN : Number(each))),
  };
}

function checkScore(column: Column, key: string, table: string): void {
  if (isCategory(column)) throw notNumbers(key, column.levels, table, "scores");
  for (let i = 0; i < column.length; i++) {
    const value = column[i];
    if (value < 0 || value > 1) {
      throw new ChurnError("BAD_INPUT", `${table}: score ${value} in row ${i} of "${key}" is outside 0 … 1`, {
        hint: value > 1 && value <= 100 ? "divide scores in per cent by 100" : "give the probability of class 1",
      });
    }
  }
}

/** Truth values as 1 and 0; anything else as it is. */
function truthValues(column: Column): Column {
  if (!isCategory(column) || !column.levels.every((level) => level === "True" || level === "False")) return column;
  const value = column.levels.map((level) => (level === "True" ? 1 : 0));
  return Float64Array.from(column.codes, (code) => value[code] ?? Number.NaN);
}

function checkLabel(column: Column, key: string, table: string): void {
  if (isCategory(column)) throw notNumbers(key, column.levels, table, "labels");
  for (let i = 0; i < column.length; i++) {
    const value = column[i];
    if (value !== 0 && value !== 1 && !Number.isNaN(value)) {
      throw new ChurnError("BAD_INPUT", `${table}: label ${value} in row ${i} of "${key}" is neither 0 nor 1`, {
        hint: "map the labels to 0 (stays) and 1 (churns) first",
      });
    }
  }
}

function notNumbers(key: string, levels: readonly string[], table: string, what: string): ChurnError {
  const some = levels
    .slice(0, 3)
    .map((level) => JSON.stringify(level))
    .join(", ");
  return new ChurnError("BAD_INPUT", `${table}: column "${key}" holds text (${some}), not ${what} as numbers`, {
    hint: what === "labels" ? "map the labels to 0 and 1 first" : "read the column as numbers",
  });
}

function orderOf(ms: Float64Array, keys: () => Float64Array, keepTies: boolean): Uint32Array | undefined {
  const n = ms.length;
  let sorted = true;
  let ties = false;
  for (let i = 1; i < n && sorted; i++) {
    const a = ms[i - 1];
    const b = ms[i];
    if (a > b || (Number.isNaN(a) && !Number.isNaN(b))) sorted = false;
    else if (a === b) ties = true;
  }
  if (sorted && (!ties || keepTies)) return undefined;
  if (keepTies) return argsort(ms);
  // rows by tie key first, then a stable sort by time
  const byKey = argsort(keys());
  const byTime = argsort(Float64Array.from(byKey, (row) => ms[row]));
  return byTime.map((place) => byKey[place]);
}

function tieKey(identifier: Column | undefined, columns: ReadonlyMap<string, Column>, rows: number): Float64Array {
  if (identifier && !isCategory(identifier)) return identifier;
  const hash = new Uint32Array(rows).fill(2166136261);
  const low = new Uint32Array(rows);
  const mix = (row: number, word: number) => {
    hash[row] = Math.imul((hash[row] ^ word) >>> 0, 16777619);
    low[row] = Math.imul((low[row] + hash[row]) ^ (hash[row] >>> 15), 2246822519);
  };
  const names = [...columns.keys()].sort();
  for (const column of identifier ? [identifier] : names.map((key) => knownValue(columns, key))) {
    if (isCategory(column)) {
      const levels = column.levels.map(textHash);
      for (let i = 0; i < rows; i++) mix(i, column.codes[i] === -1 ? 1 : levels[column.codes[i]]);
    } else {
      const copy = new Float64Array(column);
      const words = new Uint32Array(copy.buffer);
      for (let i = 0; i < rows; i++) {
        mix(i, words[2 * i]);
        mix(i, words[2 * i + 1]);
      }
    }
  }
  return Float64Array.from(hash, (word, i) => word * 2097152 + (low[i] >>> 11));
}

function textHash(text: string): number {
  let hash = 2166136261;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
  return hash >>> 0;
}
