import type { Calculator, RawMeasure } from "./calculator.js";
import { judge, notInside, strictlyBeyond } from "./judge.js";
import { finite, type Measure } from "./measure.js";
import type { Limits } from "./threshold.js";

/** What was learned of the reference chunks, one a series. */
interface Learned {
  readonly limits: readonly Limits[];
  readonly usualRows: readonly number[];
  readonly compat: boolean;
}

type Rules = Pick<Calculator<never, never>, "rule" | "fewestRows" | "exact">;

/** Holds raw measures, chunk by chunk, against the limits of their series. */
export function judgeMeasures(
  { rule, fewestRows, exact }: Rules,
  raw: readonly (readonly RawMeasure[])[],
  { limits, usualRows, compat }: Learned,
): Measure[][] {
  const isBeyond = rule === "strict" ? strictlyBeyond : notInside;
  return raw.map((row) =>
    row.map((each, s): Measure => {
      const limit = limits[s];
      const value = finite(each.value);
      const { samplingError, n } = each;
      const verdict =
        each.alert !== undefined
          ? { alert: each.alert }
          : compat
            ? { alert: isBeyond(each.value, limit) }
            : judge(value, limit, { n, usualRows: usualRows[s], samplingError, fewestRows, exact });
      const note = [each.note, "note" in verdict ? verdict.note : undefined].filter((text) => text).join("; ");
      // every measure has the same properties in the same order, which engines read and write faster
      return {
        value,
        alert: verdict.alert,
        n,
        lowerThreshold: each.lost ? null : limit.lower,
        upperThreshold: each.lost ? null : limit.upper,
        samplingError: known(samplingError),
        lowerConfidenceBoundary: known(each.lowerConfidenceBoundary),
        upperConfidenceBoundary: known(each.upperConfidenceBoundary),
        realized: known(each.realized),
        notComputed: value === null ? (each.reason ?? "not defined for these rows") : undefined,
        note: note || undefined,
      };
    }),
  );
}

const known = (value: number | undefined): number | null | undefined =>
  value === undefined ? undefined : finite(value);
