import { closestMatch } from "../../core/closest-match.js";
import { ChurnError } from "../../core/errors.js";
import { median } from "../../statistics/median.js";
import { quantile } from "../../statistics/quantile.js";

/** A limit that does not depend on the reference. */
export interface ConstantThreshold {
  readonly type: "constant";
  readonly lower?: number | null;
  readonly upper?: number | null;
}

/** Mean of the reference chunks ± a number of their standard deviations. */
export interface StandardDeviationThreshold {
  readonly type: "standard_deviation";
  /** Default 3; null for no limit on this side. */
  readonly std_lower_multiplier?: number | null;
  readonly std_upper_multiplier?: number | null;
  /** What the distance is measured from: the mean (default), median, least or greatest of the reference chunks. */
  readonly offset_from?: "nanmean" | "nanmedian" | "nanmin" | "nanmax" | "mean" | "median" | "min" | "max";
}

/** Quantiles of the reference chunks (Hyndman and Fan's method 7). */
export interface QuantileThreshold {
  readonly type: "quantile";
  readonly lower?: number | null;
  readonly upper?: number | null;
}

/** When a value alerts: fixed limits, or limits from the spread of the reference. */
export type Threshold = ConstantThreshold | StandardDeviationThreshold | QuantileThreshold;

/** The fitted limits of one series; null: none. */
export interface Limits {
  readonly lower: number | null;
  readonly upper: number | null;
}

/** What a metric can be at all: limits beyond these are set back to them, or to none when `drop`. */
export interface Range {
  readonly lower?: number;
  readonly upper?: number;
  readonly drop?: boolean;
}

const defaults = new WeakSet<Threshold>();

/** Marks a threshold as one that holds where none is given: beside `compat` limits are then learned by what chance allows. */
export function byDefault<T extends Threshold>(threshold: T): T {
  defaults.add(threshold);
  return threshold;
}

export const isDefault = (threshold: Threshold): boolean => defaults.has(threshold);

export const STANDARD_DEVIATION: StandardDeviationThreshold = byDefault({ type: "standard_deviation" });

/**
 * Limits from the values of the reference chunks; chunks without a value (NaN) are left out.
 *
 * @throws BAD_OPTION for a threshold that cannot be
 */
export function fitLimits(threshold: Threshold, values: ArrayLike<number>): Limits {
  const fault = thresholdFault(threshold);
  if (fault) {
    throw new ChurnError("BAD_OPTION", `threshold ${JSON.stringify(threshold)}: ${fault}`, {
      hint: 'for example {"type": "constant", "lower": 0.7} or {"type": "standard_deviation", "std_upper_multiplier": 2}',
    });
  }
  if (threshold.type === "constant") return { lower: threshold.lower ?? null, upper: threshold.upper ?? null };
  const finite = Array.from(values).filter((value) => !Number.isNaN(value));
  if (finite.length === 0) return { lower: null, upper: null };
  if (threshold.type === "quantile") {
    const sorted = finite.sort((a, b) => a - b);
    const at = (p: number | null | undefined) => (p === null || p === undefined ? null : quantile(sorted, p));
    return { lower: at(threshold.lower), upper: at(threshold.upper) };
  }
  const { std_lower_multiplier: below = 3, std_upper_multiplier: above = 3, offset_from = "nanmean" } = threshold;
  const mean = finite.reduce((sum, value) => sum + value, 0) / finite.length;
  const spread = Math.sqrt(finite.reduce((sum, value) => sum + (value - mean) ** 2, 0) / finite.length);
  const offset = offsets[offset_from](finite, mean);
  return {
    lower: below === null ? null : offset - below * spread,
    upper: above === null ? null : offset + above * spread,
  };
}

/** The threshold of a column; names come from data, so that `constructor` is a column like any other. */
export const ownThreshold = <T>(thresholds: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(thresholds, name) ? thresholds[name] : undefined;

/** Sets limits that a metric cannot reach back to its range. */
export function clampLimits(limits: Limits, range: Range): Limits {
  const { lower, upper } = limits;
  const low = lower !== null && range.lower !== undefined && lower <= range.lower;
  const high = upper !== null && range.upper !== undefined && upper >= range.upper;
  return {
    lower: low ? (range.drop ? null : range.lower) : lower,
    upper: high ? (range.drop ? null : range.upper) : upper,
  };
}

const least = (values: number[]) => Math.min(...values);
const greatest = (values: number[]) => Math.max(...values);
const middle = (values: number[], mean: number) => median(values) ?? mean;
const centre = (_: number[], mean: number) => mean;

const offsets = {
  nanmean: centre,
  nanmedian: middle,
  nanmin: least,
  nanmax: greatest,
  mean: centre,
  median: middle,
  min: least,
  max: greatest,
};

const KEYS: Readonly<Record<string, readonly string[]>> = {
  constant: ["type", "lower", "upper"],
  standard_deviation: ["type", "std_lower_multiplier", "std_upper_multiplier", "offset_from"],
  quantile: ["type", "lower", "upper"],
} satisfies Record<Threshold["type"], readonly string[]>;

/** What is wrong with a threshold, or null. */
export function thresholdFault(value: unknown): string | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "it is not an object with a type";
  const type = "type" in value ? value.type : undefined;
  const keys = typeof type === "string" && Object.hasOwn(KEYS, type) ? KEYS[type] : undefined;
  if (!keys) return "type takes constant, standard_deviation or quantile";
  for (const [key, each] of Object.entries(value)) {
    if (!keys.includes(key)) {
      const near = closestMatch(key, keys);
      return `unknown key ${JSON.stringify(key)}${near ? `, did you mean ${JSON.stringify(near)}?` : `, it takes ${keys.join(", ")}`}`;
    }
    if (key === "type" || each === undefined) continue;
    if (key === "offset_from") {
      if (typeof each !== "string" || !Object.hasOwn(offsets, each)) {
        return `offset_from takes ${Object.keys(offsets).join(", ")}`;
      }
    } else if (each !== null && (typeof each !== "number" || Number.isNaN(each))) {
      return `${key} is not a number: ${JSON.stringify(each)}`;
    }
  }
  return boundsFault(value as Threshold);
}

function boundsFault(threshold: Threshold): string | null {
  if (threshold.type === "standard_deviation") {
    const { std_lower_multiplier, std_upper_multiplier } = threshold;
    if ((std_lower_multiplier ?? 0) < 0) return "std_lower_multiplier is below 0";
    return (std_upper_multiplier ?? 0) < 0 ? "std_upper_multiplier is below 0" : null;
  }
  const { type, lower, upper } = threshold;
  if (typeof lower === "number" && typeof upper === "number" && lower >= upper) return "lower is not below upper";
  const isOutside = (p: number | null | undefined) => typeof p === "number" && (p < 0 || p > 1);
  return type === "quantile" && (isOutside(lower) || isOutside(upper)) ? "quantiles lie between 0 and 1" : null;
}
