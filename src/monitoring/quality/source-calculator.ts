import type { RawMeasure, SeriesPlan, SyncCalculator } from "../calculators/calculator.js";
import { calculatorConfig } from "../calculators/calculator-config.js";
import { columnNames } from "../calculators/config-values.js";
import { type Column, isCategory } from "../chunks/column.js";
import type { OrderedTable } from "../chunks/table.js";
import { defaultColumns, needColumns } from "../chunks/typed-columns.js";

interface ColumnState {
  readonly name: string;
  readonly numeric: boolean;
  /** Share of the commonest value, where more than half of the rows have it; else what is left, a half at most. */
  readonly commonest: number;
  /** Mean and spread of log |x| over values other than 0; null where there are too few. */
  readonly size: Size | null;
}

interface Size {
  readonly n: number;
  readonly mean: number;
  readonly deviation: number;
}

export interface SourceState {
  readonly columns: readonly ColumnState[];
}

/** Columns to watch; by default all, with score and predicted class. */
export interface SourceOptions {
  readonly columns?: readonly string[] | undefined;
}

const config = calculatorConfig(
  "source",
  { column_names: columnNames },
  { toOptions: (given): SourceOptions => ({ columns: given.column_names }) },
);

// all rows of a chunk alike by chance once in a million
const RARE = Math.log(1e6);
// a unit changes by more than people do; and every value by the same factor, so that the spread of logarithms stays
const UNIT = 5;
const SAME_SPREAD = 1.5;
const FEWEST = 30;

/** Broken sources: columns that hold one value only, or that are written in another unit. */
export const sourceCalculator: SyncCalculator<SourceOptions, SourceState, readonly Column[], "source", typeof config> =
  {
    name: "source",
    title: "Broken sources",
    role: { of: "quality", fault: "broken source" },
    config,
    fields: ["value", "alert"],
    rule: "strict",
    byColumn: true,

    fit(reference, { columns }) {
      if (columns) needColumns(reference, columns, "reference");
      const names = columns ?? defaultColumns(reference, true);
      return {
        columns: names.map((name): ColumnState => {
          const column = columnOf(reference, name);
          const numeric = !isCategory(column);
          const { share, n } = commonestOf(column, 0, reference.rows);
          const size = numeric ? sizeOf(column, 0, reference.rows) : null;
          return { name, numeric, commonest: n === 0 ? 1 : Math.max(0.5, share), size };
        }),
      };
    },

    series: ({ columns }) =>
      columns.flatMap(({ name, numeric, size }): SeriesPlan[] => {
        const about = { column: name, columnType: numeric ? "continuous" : "categorical", threshold: null } as const;
        const one = { ...about, key: `${name}_one_value`, metric: "one_value", label: "Share of one value" };
        const scale = {
          ...about,
          key: `${name}_scale`,
          metric: "scale",
          label: "Typical size, times that of the reference",
        };
        return [{ ...one, range: { lower: 0, upper: 1 } }, ...(size ? [{ ...scale, range: { lower: 0 } }] : [])];
      }),

    prepare: ({ columns }, table) => columns.map(({ name }) => columnOf(table, name)),

    measure({ columns }, _table, { from, to }, { prepared }) {
      return columns.flatMap((state, c): RawMeasure[] => {
        const column = prepared[c];
        const { share, n, value } = commonestOf(column, from, to);
        const frozen = share === 1 && state.commonest < 1 && -n * Math.log(state.commonest) > RARE;
        const mostly = share >= 0.95 && state.commonest <= 0.5 && n >= FEWEST;
        const one: RawMeasure =
          n === 0
            ? { value: Number.NaN, n, reason: to === from ? "no rows" : `all ${to - from} values are missing` }
            : { value: share, n, alert: frozen || mostly, ...(share > 0.5 ? { note: `${value}` } : {}) };
        if (!state.size) return [one];
        return [
          one,
          isCategory(column) ? { value: Number.NaN, n: 0, reason: "text" } : scaleOf(column, from, to, state.size),
        ];
      });
    },
  };

function scaleOf(column: Float64Array, from: number, to: number, usual: Size): RawMeasure {
  const size = sizeOf(column, from, to);
  if (!size) return { value: Number.NaN, n: 0, reason: `fewer than ${FEWEST} values other than 0` };
  const value = Math.exp(size.mean - usual.mean);
  const spread = (size.deviation + 1e-9) / (usual.deviation + 1e-9);
  const alert = (value >= UNIT || value <= 1 / UNIT) && spread < SAME_SPREAD && spread > 1 / SAME_SPREAD;
  return { value, n: size.n, alert };
}

const columnOf = (table: OrderedTable, name: string): Column =>
  table.columns.get(name) ?? new Float64Array(table.rows).fill(Number.NaN);

/** The value that more than half of the known values have (Boyer and Moore 1981), and its share; 0 where none has. */
function commonestOf(column: Column, from: number, to: number): { share: number; n: number; value: string | number } {
  const codes = isCategory(column) ? column.codes : column;
  const isKnown = isCategory(column) ? (code: number) => code >= 0 : (value: number) => !Number.isNaN(value);
  let lead = Number.NaN;
  let votes = 0;
  let n = 0;
  for (let i = from; i < to; i++) {
    const each = codes[i];
    if (!isKnown(each)) continue;
    n++;
    if (votes === 0) lead = each;
    votes += each === lead ? 1 : -1;
  }
  let count = 0;
  for (let i = from; i < to; i++) if (codes[i] === lead) count++;
  const share = n > 0 && 2 * count > n ? count / n : 0;
  return { share, n, value: isCategory(column) ? (column.levels[lead] ?? "") : lead };
}

function sizeOf(values: Float64Array, from: number, to: number): Size | null {
  let [n, sum, squares] = [0, 0, 0];
  for (let i = from; i < to; i++) {
    const value = Math.abs(values[i]);
    if (!(value > 0 && value < Number.POSITIVE_INFINITY)) continue;
    const log = Math.log(value);
    n++;
    sum += log;
    squares += log * log;
  }
  if (n < FEWEST) return null;
  const mean = sum / n;
  return { n, mean, deviation: Math.sqrt(Math.max(0, squares / n - mean * mean)) };
}
