/** What every chart builder takes: a title that says what is seen, and under it, smaller, how to read it. */
export interface ChartText {
  title?: string;
  subtitle?: string;
  /** Alternative text; made from the data when left out. */
  description?: string;
}

/** Title of a Vega-Lite specification. */
export function titleSpec(title: string, subtitle?: string): { text: string; subtitle?: string } {
  return subtitle ? { text: title, subtitle } : { text: title };
}

/**
 * How an axis writes its numbers: `1.2M` and `0` where they are large, plainly otherwise.
 *
 * An expression for each label, since vega gives a format one unit for all of them and writes 0 as `0k`.
 *
 * @param format d3 format to use instead
 */
export function axisNumbers(values: Iterable<number>, format?: string): { format: string } | { labelExpr: string } {
  if (format) return { format };
  let largest = 0;
  for (const value of values) if (Number.isFinite(value) && Math.abs(value) > largest) largest = Math.abs(value);
  const own = largest >= 10_000 ? ".4~s" : largest >= 0.01 ? ",~f" : "~g";
  return { labelExpr: `format(datum.value, '${own}')` };
}

/** A number for JSON: what is not finite becomes null, which Vega-Lite leaves out. */
export function finiteOrNull(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : value;
}

/** A number with three significant digits, for a sentence. */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return "unknown";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e15)) return value.toExponential(1);
  return value.toLocaleString("en-US", size >= 1000 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 });
}

/** A share as a percentage with one digit after the point. */
export function percent(share: number): string {
  return Number.isFinite(share) ? `${(100 * share).toFixed(1)}%` : "unknown";
}
