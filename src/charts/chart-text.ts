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

/** The d3 format of an axis: `1.2M` for large numbers, plain ones otherwise (`s` would write 0.5 as `500m`). */
export function axisFormat(values: Iterable<number>): string {
  let largest = 0;
  for (const value of values) if (Number.isFinite(value) && Math.abs(value) > largest) largest = Math.abs(value);
  return largest >= 10_000 ? "~s" : ",~g";
}

/** A number for JSON: what is not finite becomes null, which Vega-Lite leaves out. */
export function finiteOrNull(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : value;
}

/** A number with three significant digits, as a sentence has it. */
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
