import { ChurnError } from "../../core/errors.js";
import { chiSquareTest } from "../../statistics/chi-square.js";
import type { RawMeasure } from "../calculators/calculator.js";
import type { CategoryColumn } from "../chunks/column.js";
import { hellinger, jensenShannon, lInfinity, populationStability } from "./distances.js";
import type { CategoricalMethod } from "./univariate-options.js";

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

const ALERT_P = 0.05;

export function measureCategorical(
  reference: CategoricalReference,
  column: CategoryColumn,
  places: Int32Array,
  methods: readonly CategoricalMethod[],
  { from, to }: { from: number; to: number },
  { compat, previousAlerts }: { compat: boolean; previousAlerts: readonly (boolean | null | undefined)[] },
): RawMeasure[] {
  const chunk = countCodes(column, from, to);
  const n = chunk.n;
  if (n === 0 || reference.n === 0) {
    const rows = to - from;
    const reason = rows === 0 ? "no rows" : `all ${rows} values are missing`;
    // NannyML keeps the p-value of the chunk before
    return methods.map((method, i) => ({
      value: Number.NaN,
      n,
      reason,
      ...(method === "chi2" ? { alert: compat ? (previousAlerts[i] ?? false) : false } : {}),
    }));
  }
  const known = new Float64Array(reference.levels.length);
  const unseen: number[] = [];
  chunk.counts.forEach((count, code) => {
    const place = places[code];
    if (place >= 0) known[place] = known[place] + count;
    else if (count > 0) unseen.push(count);
  });
  const p = reference.counts.map((count) => count / reference.n);
  const q = known.map((count) => count / n);
  const zeros = unseen.map(() => 0);
  const distance: Record<CategoricalMethod, () => RawMeasure> = {
    jensen_shannon: () => ({ value: jensenShannon(p, q), n }),
    hellinger: () => ({ value: hellinger(p, q), n }),
    population_stability: () => ({ value: populationStability(p, q), n }),
    l_infinity: () => ({ value: lInfinity([...p, ...zeros], [...q, ...unseen.map((count) => count / n)]), n }),
    chi2: () => {
      const test = chiSquareTest([...reference.counts, ...zeros], [...known, ...unseen]);
      return { value: test?.statistic ?? Number.NaN, n, alert: test !== null && test.p < ALERT_P };
    },
  };
  return methods.map((method) => distance[method]());
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
    counts[code] = counts[code] + 1;
    n++;
  }
  return n;
}
