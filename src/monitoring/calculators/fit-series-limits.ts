import type { CalculatorContext, RawMeasure, SeriesPlan } from "./calculator.js";
import { clampLimits, fitLimits, type Limits } from "./threshold.js";

/**
 * The limits of one series, from its measures of the reference chunks.
 *
 * With fewer than two values there is no spread: limits are then ± 3 standard errors of the one there is.
 *
 * @param of whether limits are fitted on the values, or on what came true
 */
export function fitSeriesLimits(
  plan: SeriesPlan,
  raw: readonly RawMeasure[],
  of: "value" | "realized" = "value",
  { compat, warn }: CalculatorContext,
): Limits {
  const { threshold } = plan;
  if (!threshold || raw.some(({ failed }) => failed)) return { lower: null, upper: null };
  const values = raw.map((each) => (of === "realized" ? (each.realized ?? Number.NaN) : each.value));
  const known = raw.flatMap((each, i) => (Number.isNaN(values[i]) ? [] : [{ ...each, value: values[i] }]));
  const fitted = fitLimits(threshold, values);
  const limits =
    compat || threshold.type === "constant" ? fitted : known.length < 2 ? limitsOfOne(plan.key, known, warn) : fitted;
  return clampLimits(limits, plan.range);
}

function limitsOfOne(key: string, known: readonly RawMeasure[], warn: (text: string) => void): Limits {
  const { value, samplingError = Number.NaN } = known[0] ?? { value: Number.NaN };
  const none = Number.isNaN(samplingError);
  warn(
    `${key}: ${known.length} reference ${known.length === 1 ? "chunk has" : "chunks have"} a value, ` +
      `no spread to set a threshold from; ${none ? "no threshold is set" : "it is set at ± 3 standard errors"}`,
  );
  return none ? { lower: null, upper: null } : { lower: value - 3 * samplingError, upper: value + 3 * samplingError };
}
