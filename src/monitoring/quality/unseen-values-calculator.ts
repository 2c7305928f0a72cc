import { ChurnError } from "../../core/errors.js";
import type { RawMeasure, SeriesPlan, SyncCalculator } from "../calculators/calculator.js";
import { byDefault, ownThreshold, type Threshold } from "../calculators/threshold.js";
import { type CategoryColumn, isCategory } from "../chunks/column.js";
import { categoriesOf, defaultColumns, isText, needColumns } from "../chunks/typed-columns.js";
import { NANNYML_QUALITY, type QualityOptions, qualityConfig } from "./quality-config.js";

interface ColumnState {
  readonly name: string;
  readonly threshold: Threshold;
  readonly levels: readonly string[];
  readonly wasText: boolean;
  readonly sawMissing: boolean;
}

export interface UnseenState {
  readonly normalize: boolean;
  readonly columns: readonly ColumnState[];
}

type Prepared = readonly { readonly column: CategoryColumn; readonly seen: Uint8Array }[];

export const NONE_ALLOWED: Threshold = byDefault({ type: "constant", upper: 0 });

const config = qualityConfig("unseen");

/** Rows with a category that the reference does not have. Missing values are not unseen: they have a check of their own. */
export const unseenCalculator: SyncCalculator<QualityOptions, UnseenState, Prepared, "unseen", typeof config> = {
  name: "unseen",
  title: "Unseen values",
  role: { of: "quality", fault: "unknown categories" },
  config,
  nannyml: { type: "unseen_values", keys: NANNYML_QUALITY },
  fields: ["value", "upperThreshold", "lowerThreshold", "alert"],
  rule: "strict",
  byColumn: true,
  exact: true,

  fit(reference, { columns, normalize = true, threshold, columnThresholds = {} }) {
    needColumns(reference, Object.keys(columnThresholds), "reference");
    const names = columns ?? defaultColumns(reference, true).filter((name) => isText(reference, name));
    return {
      normalize,
      columns: names.map((name): ColumnState => {
        const raw = reference.columns.get(name);
        if (raw && !isCategory(raw) && raw.some((value) => !Number.isNaN(value) && !Number.isInteger(value))) {
          throw new ChurnError("BAD_INPUT", `reference: column "${name}" holds decimal numbers, not categories`, {
            hint: "check the range of such a column instead",
          });
        }
        const { levels, codes } = categoriesOf(reference, name, "reference", false);
        // the last place is for missing values, whose code is −1
        const used = new Uint8Array(levels.length + 1);
        for (let i = 0; i < codes.length; i++) used[codes[i] === -1 ? levels.length : codes[i]] = 1;
        return {
          name,
          threshold: ownThreshold(columnThresholds, name) ?? threshold ?? NONE_ALLOWED,
          levels: levels.filter((_, code) => used[code] === 1),
          wasText: raw !== undefined && isCategory(raw),
          sawMissing: used[levels.length] === 1,
        };
      }),
    };
  },

  series: ({ columns, normalize }) =>
    columns.map(({ name, threshold }): SeriesPlan => {
      return {
        key: name,
        metric: normalize ? "unseen_values_rate" : "unseen_values_count",
        label: normalize ? "Unseen Values Rate" : "Unseen Values Count",
        column: name,
        columnType: "categorical",
        threshold,
        share: true,
        perRow: !normalize,
        range: normalize ? { lower: 0, upper: 1 } : { lower: 0 },
      };
    }),

  prepare: ({ columns }, table, { period }) =>
    columns.map(({ name, levels, wasText }) => {
      const column = categoriesOf(table, name, period, wasText);
      const known = new Set(levels);
      return { column, seen: Uint8Array.from(column.levels, (level) => (known.has(level) ? 1 : 0)) };
    }),

  measure({ columns, normalize }, _table, { from, to }, { compat, prepared }) {
    const n = to - from;
    return columns.map(({ sawMissing }, c): RawMeasure => {
      if (n === 0) return { value: Number.NaN, n, reason: "no rows" };
      const { column, seen } = prepared[c];
      const strange = new Set<string>();
      let unseen = 0;
      let missing = 0;
      for (let i = from; i < to; i++) {
        const code = column.codes[i];
        if (code < 0) missing++;
        else if (!seen[code]) {
          unseen++;
          if (strange.size < 4) strange.add(column.levels[code]);
        }
      }
      if (compat && !sawMissing) unseen += missing;
      const names = [...strange].map((name) => JSON.stringify(name));
      return {
        value: normalize ? unseen / n : unseen,
        n,
        ...(strange.size > 0 ? { note: names.slice(0, 3).join(", ") + (names.length > 3 ? " …" : "") } : {}),
      };
    });
  },
};
