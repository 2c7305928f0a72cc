import { escapeHtml } from "../core/escape-html.js";
import { formatNumber } from "./format-number.js";
import { PERIOD_COLORS, type Step, type SteppedSeries } from "./stepped-series.js";
import { COLORS, MUTED } from "./theme.js";
import { thousands } from "./thousands.js";

/** Size of a picture, in pixels. */
export interface SvgSize {
  readonly width: number;
  readonly height: number;
  /** Axis labels; without them it is a small multiple. */
  readonly labels?: boolean;
}

/**
 * Draws a series over its chunks as SVG: a step a chunk, reference grey and analysis blue, the band, dashed limits, alerts of
 * the analysis as red diamonds. With labels, each step tells its numbers when pointed at.
 */
export function steppedSvg({ name, steps }: SteppedSeries, size: SvgSize): string {
  const { width, height, labels = false } = size;
  const box = { left: labels ? 56 : 4, right: width - 6, top: 8, bottom: height - (labels ? 24 : 6) };
  const [low, high] = extent(steps);
  const y = (value: number) => box.bottom - ((clamp(value, low, high) - low) / (high - low)) * (box.bottom - box.top);
  const x = (place: number) => box.left + (place / Math.max(1, steps.length)) * (box.right - box.left);
  const parts: string[] = [];
  if (labels) parts.push(axis(low, high, y, box), dates(steps, x, box));
  const split = steps.findIndex(({ period }) => period === "analysis");
  if (split > 0)
    parts.push(`<path d="M${n(x(split))} ${box.top}V${box.bottom}" stroke="#B4BDC7" stroke-dasharray="2 3"/>`);
  for (const period of ["reference", "analysis"] as const) {
    const places = steps.flatMap((step, i) => (step.period === period ? [i] : []));
    const area = bands(places, steps, x, y);
    if (area) parts.push(`<path d="${area}" fill="${PERIOD_COLORS[period]}" opacity=".16"/>`);
    for (const side of ["lower", "upper"] as const) {
      const line = levels(places, (i) => steps[i][side], x, y);
      if (line) parts.push(`<path d="${line}" stroke="${COLORS.vermillion}" stroke-dasharray="4 3" opacity=".8"/>`);
    }
    const path = levels(places, (i) => steps[i].value, x, y) || "M0 0";
    parts.push(`<path d="${path}" stroke="${PERIOD_COLORS[period]}" stroke-width="2" fill="none"/>`);
  }
  for (const [i, step] of steps.entries()) {
    const middle = n((x(i) + x(i + 1)) / 2);
    if (step.alert && step.value !== null) {
      const r = labels ? 5.5 : 3.5;
      const told = labels ? "" : `<title>${escapeHtml(`${step.chunk}: ${formatNumber(step.value)}`)}</title>`;
      parts.push(
        `<path d="M${middle} ${n(y(step.value) - r)}l${r} ${r}l${-r} ${r}l${-r} ${-r}z" fill="${COLORS.vermillion}">${told}</path>`,
      );
    }
    // a page holds hundreds of small pictures: those tell their alerts only
    if (!labels) continue;
    const title = `<title>${escapeHtml(tip(step, name))}</title>`;
    const box2 = `x="${n(x(i))}" y="${box.top}" width="${n(x(i + 1) - x(i))}" height="${box.bottom - box.top}"`;
    parts.push(`<rect ${box2} fill="transparent">${title}</rect>`);
  }
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeHtml(name)} by chunk" fill="none">${parts.join("")}</svg>`;
}

/** A coordinate with one decimal; a page has hundreds of thousands of some thousand different ones. */
function n(value: number): string {
  const tenths = Math.round(value * 10);
  if (!(tenths >= 0 && tenths < 100_000)) return String(tenths / 10);
  NUMBERS[tenths] ??= String(tenths / 10);
  return NUMBERS[tenths];
}

const NUMBERS: string[] = [];
const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

function extent(steps: readonly Step[]): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { value, lower, upper } of steps) {
    low = Math.min(low, value ?? low, lower ?? low, upper ?? low);
    high = Math.max(high, value ?? high, lower ?? high, upper ?? high);
  }
  if (low > high) return [0, 1];
  const room = (high - low || Math.abs(high) || 1) * 0.12;
  return [low - room, high + room];
}

/** A line of steps; a run of one height is one step, and a place without a value is a gap. */
function levels(
  places: readonly number[],
  valueAt: (place: number) => number | null,
  x: (place: number) => number,
  y: (value: number) => number,
): string {
  let path = "";
  let height = "";
  let before = Number.NaN;
  let last = -2;
  for (const i of places) {
    const value = valueAt(i);
    if (value === null) continue;
    // limits are the same for long
    const now = value === before ? height : n(y(value));
    before = value;
    if (last !== i - 1) path += `${height && `H${n(x(last + 1))}`}M${n(x(i))} ${now}`;
    else if (now !== height) path += `H${n(x(i))}V${now}`;
    height = now;
    last = i;
  }
  return height && `${path}H${n(x(last + 1))}`;
}

/** The area of bands: for each run of places along the tops, and back along the bottoms. */
function bands(
  places: readonly number[],
  steps: readonly Step[],
  x: (place: number) => number,
  y: (value: number) => number,
): string {
  let path = "";
  let back = "";
  let last = -2;
  for (const i of places) {
    const { low: bottom, high: top } = steps[i];
    if (bottom === null || top === null) continue;
    if (last === i - 1) path += `V${n(y(top))}H${n(x(i + 1))}`;
    else {
      path += `${back && `${back}Z`}M${n(x(i))} ${n(y(top))}H${n(x(i + 1))}`;
      back = "";
    }
    back = `V${n(y(bottom))}H${n(x(i))}${back}`;
    last = i;
  }
  return back && `${path}${back}Z`;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

function axis(low: number, high: number, y: (value: number) => number, { left, right }: Box): string {
  const step = niceStep((high - low) / 4);
  const lines: string[] = [];
  for (let tick = Math.ceil(low / step) * step; tick <= high; tick += step) {
    const at = y(tick);
    lines.push(`<path d="M${left} ${n(at)}H${right}" stroke="#E7EBEF"/>`);
    lines.push(
      `<text x="${left - 6}" y="${n(at + 4)}" text-anchor="end" class="t">${escapeHtml(formatNumber(Number(tick.toPrecision(8))))}</text>`,
    );
  }
  return lines.join("");
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].find((each) => each * power >= rough) ?? 10;
  return step * power;
}

function dates(steps: readonly Step[], x: (place: number) => number, { bottom }: Box): string {
  const every = Math.max(1, Math.ceil(steps.length / 7));
  return steps
    .flatMap(({ label }, i) =>
      i % every === 0
        ? [
            `<text x="${n(x(i))}" y="${bottom + 17}" class="t${(i / every) % 2 ? " u" : ""}">${escapeHtml(label)}</text>`,
          ]
        : [],
    )
    .join("");
}

function tip(
  { chunk, period, value, alert, error, realized, lower, upper, n: rows, note }: Step,
  name: string,
): string {
  return [
    `${chunk} (${period})${alert ? ", ALERT" : ""}`,
    value === null ? `${name}: not computed: ${note}` : `${name}: ${value.toPrecision(6)}`,
    ...(error === null ? [] : [`± ${(3 * error).toPrecision(3)} (3 standard errors)`]),
    ...(realized === null ? [] : [`came true: ${realized.toPrecision(6)}`]),
    ...(lower === null && upper === null
      ? []
      : [`limits ${formatNumber(lower ?? -Infinity)} … ${formatNumber(upper ?? Infinity)}`]),
    `${thousands(rows)} rows`,
    ...(value !== null && note ? [note] : []),
  ].join("\n");
}

/** Style of the texts in such pictures, for the page that holds them. */
export const SVG_STYLE = `.t{font:11px Inter,system-ui,sans-serif;fill:${MUTED}}@media screen and (max-width:600px){.t{font-size:20px}.u{display:none}}`;
