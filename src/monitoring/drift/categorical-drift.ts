import { ChurnError } from "../../core/errors.js";
import type { RawMeasure } from "../calculators/calculator.js";
import type { CategoryColumn } from "../chunks/column.js";
import { type CategoricalMethod, driftMethod } from "./drift-methods.js";
import type { CategoricalPair } from "./methods/distance-method.js";

/** All that is needed of a categorical reference column. */
export interface CategoricalReference {
  readonly n: number;
  readonly levels: readonly string[];
  readonly counts: Float64Array;
  /** Whether the categories were numbers in the reference. */
  readonly wasText: boolean;
}

export function fitCategorical(
  column: CategoryColumn,
  name: string,
  wasText: boolean,
  compat: boolean,
): CategoricalReference {
  const all = countCodes(column, 0, column.codes.length);
  const used = [...column.levels.keys()].filter((code) => all.counts[code] > 0);
  if (used.length === 0 && !compat) {
    throw new ChurnError("BAD_INPUT", `reference: every value of column "${name}" is missing`);
  }
  return {
    n: all.n,
    levels: used.map((code) => column.levels[code]),
    counts: Float64Array.from(used, (code) => all.counts[code]),
    wasText,
  };
}

/** For each level of a column its place in the reference, or −1. */
export function placesOf({ levels }: CategoricalReference, column: CategoryColumn): Int32Array {
  const place = new Map(levels.map((level, i) => [level, i]));
  return Int32Array.from(column.levels, (level) => place.get(level) ?? -1);
}

/** A column of categories, with the place of each of its levels in the reference. */
export interface PlacedColumn {
  readonly categories: CategoryColumn;
  readonly places: Int32Array;
}

interface MeasureCategories {
  readonly methods: readonly CategoricalMethod[];
  readonly compat: boolean;
  /** Alerts of the chunk before, one a method. */
  readonly previousAlerts: readonly (boolean | null | undefined)[];
}

/** The distances of rows `from` … `to − 1` from the reference, one a method. */
export function measureCategorical(
  reference: CategoricalReference,
  { categories, places }: PlacedColumn,
  { from, to }: { readonly from: number; readonly to: number },
  { methods, compat, previousAlerts }: MeasureCategories,
): RawMeasure[] {
  const chunk = countCodes(categories, from, to);
  const n = chunk.n;
  if (n === 0 || reference.n === 0) {
    const rows = to - from;
    const reason = rows === 0 ? "no rows" : `all ${rows} values are missing`;
    // NannyML keeps the p-value of the chunk before
    return methods.map((method, i) => ({
      value: Number.NaN,
      n,
      reason,
      ...(driftMethod(method).threshold === null ? { alert: compat ? (previousAlerts[i] ?? false) : false } : {}),
    }));
  }
  const known = new Float64Array(reference.levels.length);
  const unseen: number[] = [];
  chunk.counts.forEach((count, code) => {
    const place = places[code];
    if (place >= 0) known[place] += count;
    else if (count > 0) unseen.push(count);
  });
  const pair: CategoricalPair = {
    p: reference.counts.map((count) => count / reference.n),
    q: known.map((count) => count / n),
    reference: reference.counts,
    chunk: known,
    unseen,
    n,
  };
  return methods.map((method) => {
    const found = driftMethod(method).categorical?.distance(pair) ?? Number.NaN;
    return typeof found === "number" ? { value: found, n } : { value: found.value, n, alert: found.alert };
  });
}

function countCodes({ codes, levels }: CategoryColumn, from: number, to: number) {
  const counts = new Float64Array(levels.length);
  return { counts, n: addCodes(counts, codes, from, to) };
}

function addCodes(counts: Float64Array, codes: Int32Array, from: number, to: number): number {
  let n = 0;
  for (let i = from; i < to; i++) {
    const code = codes[i];
    if (code < 0) continue;
    counts[code]++;
    n++;
  }
  return n;
}
