import { limitsFor } from "./baseline.js";
import type { Baseline } from "./baseline-facts.js";
import type { Calculator, RawMeasure, SeriesPlan } from "./calculator.js";
import { type Judgement, judge, notInside, strictlyBeyond } from "./judge.js";
import { finite, type Measure } from "./measure.js";
import { clampLimits, type Limits } from "./threshold.js";

/** What was learned of the reference chunks, one a series. */
interface Learned {
  readonly plans: readonly SeriesPlan[];
  readonly limits: readonly Limits[];
  readonly baselines: readonly (Baseline | null)[];
  readonly usualRows: readonly number[];
  readonly compat: boolean;
}

type Rules = Pick<Calculator<never, never>, "rule" | "fewestRows" | "exact">;

/** Holds raw measures, chunk by chunk, against the limits of their series. */
export function judgeMeasures(rules: Rules, raw: readonly (readonly RawMeasure[])[], learned: Learned): Measure[][] {
  return raw.map((row) =>
    row.map((each, s): Measure => {
      const value = finite(each.value);
      const limit = limitsOf(learned, s, each);
      const verdict = each.alert !== undefined ? { alert: each.alert } : alertOf(each, limit, learned, s, rules);
      const note = [each.note, "note" in verdict ? verdict.note : undefined].filter((text) => text).join("; ");
      // every measure has the same properties in the same order, which engines read and write faster
      return {
        value,
        alert: verdict.alert,
        n: each.n,
        lowerThreshold: each.lost ? null : limit.lower,
        upperThreshold: each.lost ? null : limit.upper,
        samplingError: known(each.samplingError),
        lowerConfidenceBoundary: known(each.lowerConfidenceBoundary),
        upperConfidenceBoundary: known(each.upperConfidenceBoundary),
        realized: known(each.realized),
        notComputed: value === null ? (each.reason ?? "not defined for these rows") : undefined,
        note: note || undefined,
      };
    }),
  );
}

/** The limits of one chunk: by its own number of rows where they are learned, those of the series where they are constant. */
function limitsOf({ plans, limits, baselines }: Learned, s: number, each: RawMeasure): Limits {
  const { threshold, chance, range } = plans[s];
  const baseline = baselines[s];
  if (!baseline || threshold?.type !== "standard_deviation" || each.n === 0) return limits[s];
  const { lower, upper } = limitsFor(baseline, each, chance);
  const { std_lower_multiplier: below, std_upper_multiplier: above } = threshold;
  const own = { lower: below === null ? null : finiteOr(lower), upper: above === null ? null : finiteOr(upper) };
  return clampLimits(own, range);
}

const finiteOr = (limit: number | null): number | null => (limit === null ? null : finite(limit));

function alertOf(each: RawMeasure, limit: Limits, learned: Learned, s: number, rules: Rules): Judgement {
  const { value, n, samplingError } = each;
  const { plans, baselines, compat } = learned;
  const usualRows = learned.usualRows[s];
  if (compat) return { alert: (rules.rule === "strict" ? strictlyBeyond : notInside)(value, limit) };
  if (limit === learned.limits[s]) return judge(finite(value), limit, { n, usualRows, samplingError, ...rules });
  if (Number.isNaN(value)) return { alert: false };
  const alert = n >= (rules.fewestRows ?? 0) && isBeyond(value, limit);
  const baseline = baselines[s];
  if (alert || n * 2 >= usualRows || !baseline) return { alert };
  // what being small costs it
  const scale = Math.sqrt(n / usualRows);
  const usual = { n: Math.max(1, Math.round(usualRows)), samplingError: (samplingError ?? Number.NaN) * scale };
  const isFar = isBeyond(value, limitsFor(baseline, usual, plans[s].chance));
  return { alert, ...(isFar ? { note: `too few rows to alert: n=${n}, usually ${Math.round(usualRows)}` } : {}) };
}

// a limit that the value misses by rounding dust is not passed
const DUST = 1e-12;

const isBeyond = (value: number, { lower, upper }: Limits): boolean =>
  (lower !== null && value < lower - DUST * Math.abs(lower)) ||
  (upper !== null && value > upper + DUST * Math.abs(upper));

const known = (value: number | undefined): number | null | undefined =>
  value === undefined ? undefined : finite(value);
