import type { Baseline, Chance } from "./baseline-facts.js";
import type { RawMeasure, SeriesPlan } from "./calculator.js";
import type { Expectation, Measure } from "./measure.js";
import { isDefault, type Limits } from "./threshold.js";

/** What a measure is judged by. */
export type Judged = Pick<Measure, "value" | "n" | "samplingError">;

// standard normal deviates between which quantiles of chance are drawn
const FAR = 3.09;
/** Limits stand where one chunk in 370 lies by chance: three standard errors. */
const LIMIT = 3;

/**
 * Learns the baseline of a series from its reference chunks; null where a threshold was given, which is taken as it is.
 *
 * The variance between chunks beyond sampling is DerSimonian and Laird's (1986) moment estimate. Where chunks lie closer
 * together than their sampling errors allow, they share part of them: `alike`, one less the ratio of both variances.
 */
export function fitBaseline(
  plan: SeriesPlan,
  raw: readonly RawMeasure[],
  of: "value" | "realized" = "value",
): Baseline | null {
  if (!plan.threshold || !isDefault(plan.threshold) || raw.some(({ failed }) => failed)) return null;
  const values = raw.flatMap((each) => {
    const value = of === "realized" ? (each.realized ?? Number.NaN) : each.value;
    return Number.isFinite(value) && each.n > 0 ? [{ ...each, value }] : [];
  });
  if (values.length === 0) return null;
  const perRow = plan.perRow === true;
  if (plan.chance) return { ...distanceBaseline(plan.chance, values), perRow, slack: 0 };
  const kind = plan.share ? "share" : "mean";
  const points = values.map((each) => pointOf({ kind, perRow }, { ...each, samplingError: each.samplingError }));
  const usual = values.reduce((sum, { value, n }) => sum + value / (perRow ? n : 1), 0) / values.length;
  return { kind, ...meanBaseline(points), usual, chunks: points.length, perRow, slack: usual * (plan.optimism ?? 0) };
}

interface Point {
  readonly at: number;
  readonly error: number;
}

function meanBaseline(points: readonly Point[]) {
  const K = points.length;
  const plain = points.reduce((sum, { at }) => sum + at, 0) / K;
  const spread = K > 1 ? Math.sqrt(points.reduce((sum, { at }) => sum + (at - plain) ** 2, 0) / (K - 1)) : 0;
  if (points.some(({ error }) => !(error > 0))) {
    return { centre: plain, centreError: spread / Math.sqrt(K), between: spread, alike: 0 };
  }
  const weights = points.map(({ error }) => 1 / error ** 2);
  const total = weights.reduce((sum, each) => sum + each, 0);
  const centre = points.reduce((sum, { at }, i) => sum + weights[i] * at, 0) / total;
  const q = points.reduce((sum, { at }, i) => sum + weights[i] * (at - centre) ** 2, 0);
  const squares = weights.reduce((sum, each) => sum + each * each, 0);
  // a spread that chance often gives is none: its own error would drown what a few chunks tell
  const isSpread = K > 1 && q > chanceSpread(K - 1);
  const between = isSpread ? Math.sqrt(Math.max(0, (q - (K - 1)) / (total - squares / total))) : 0;
  const alike = K > 1 ? Math.max(0, 1 - q / (K - 1)) : 0;
  // the error of a usual chunk, part of which the mean of all of them keeps
  const usual = K / total;
  const centreError = Math.sqrt(usual * (alike + (1 - alike) / K) + between ** 2 / K);
  return { centre, centreError, between, alike };
}

/** What a χ² exceeds in one of ten cases (Wilson and Hilferty 1931). */
function chanceSpread(freedom: number): number {
  const variance = 2 / (9 * freedom);
  return freedom * (1 - variance + 1.2816 * Math.sqrt(variance)) ** 3;
}

/** Chunks differ by more than chance where weekdays or people do: that much every chunk may. */
function distanceBaseline({ limit, power }: Chance, values: readonly RawMeasure[]): Omit<Baseline, "perRow" | "slack"> {
  const rows = values.reduce((sum, { n }) => sum + n, 0);
  const excess = values.flatMap(({ value, n }) => {
    const [middle, far] = [limit(n, 0), limit(n, FAR)];
    if (middle === null || far === null) return [];
    // the reference holds the chunk: they differ by less than two samples do
    const held = rows > n ? (rows + n) / (rows - n) : 1;
    return [{ more: value ** power * held - middle ** power, spread: (far ** power - middle ** power) / 3.9 }];
  });
  const none = { kind: "distance" as const, centreError: 0, usual: Number.NaN, between: 0, alike: 0 };
  const K = excess.length;
  if (K < 2) return { ...none, centre: 0, chunks: K };
  const mean = excess.reduce((sum, { more }) => sum + more, 0) / K;
  const variance = excess.reduce((sum, { more }) => sum + (more - mean) ** 2, 0) / (K - 1);
  const chance = excess.reduce((sum, { spread }) => sum + spread ** 2, 0) / K;
  const beyond = Math.sqrt(Math.max(0, variance - chance));
  const error = Math.sqrt(chance / K);
  // few chunks have not shown all that there is
  const reach = 2 + 4 / (K - 1);
  return { ...none, centre: mean > error ? mean + reach * beyond : reach * beyond, chunks: K };
}

/** A measure on the scale that it is judged on, with its own standard error there. */
function pointOf({ kind, perRow }: Pick<Baseline, "kind" | "perRow">, { value, n, samplingError }: Judged): Point {
  const by = perRow ? n : 1;
  const at = (value ?? Number.NaN) / by;
  if (kind !== "share") return { at, error: (samplingError ?? Number.NaN) / by };
  // Anscombe (1948)
  const share = Math.min(1, Math.max(0, (at * n + 0.375) / (n + 0.75)));
  return { at: Math.asin(Math.sqrt(share)), error: 0.5 / Math.sqrt(n + 0.5) };
}

/** How far a chunk lies from the reference, as a standard normal deviate; null without a value. */
export function deviationOf(baseline: Baseline, measure: Judged, chance?: Chance): number | null {
  return jointDeviation(baseline, [measure], chance);
}

/**
 * The same of several chunks together: of their mean, or of distances of their sum of deviates (Stouffer), as far as the chunks
 * are independent.
 */
export function jointDeviation(baseline: Baseline, measures: readonly Judged[], chance?: Chance): number | null {
  const known = measures.filter(({ value, n }) => value !== null && n > 0);
  const m = known.length;
  if (m === 0) return null;
  if (baseline.kind === "distance") return chance ? jointDistance(baseline, known, chance) : null;
  const points = known.map((each) => pointOf(baseline, each));
  const mean = points.reduce((sum, { at }) => sum + at, 0) / m;
  const variance = points.reduce((sum, { error }) => sum + (Number.isFinite(error) ? error ** 2 : 0), 0) / m;
  const { error, freedom } = errorOf(baseline, variance, m);
  const far = mean - baseline.centre;
  const away = far > 0 ? Math.max(0, far - baseline.slack) : far;
  // what never moved has moved
  if (error === 0) return away === 0 ? 0 : Math.sign(away) * MOST;
  return Math.sign(away) * Math.min(MOST, normalOf(Math.abs(away) / error, freedom));
}

const MOST = 1000;

function jointDistance(baseline: Baseline, known: readonly Judged[], { limit, power }: Chance): number | null {
  const all = known.flatMap(({ value, n }) => {
    const [middle, far] = [limit(n, 0), limit(n, FAR)];
    if (middle === null || far === null || !(far > middle)) return [];
    const [at, low, high] = [Math.max(0, (value ?? 0) ** power - baseline.centre), middle ** power, far ** power].map(
      Math.cbrt,
    );
    return [Math.min(MOST, (FAR * (at - low)) / (high - low))];
  });
  const m = all.length;
  if (m === 0) return null;
  const sum = all.reduce((total, z) => total + z, 0);
  // every chunk is held against one reference, whose own chance they share
  const shared = Math.max(baseline.alike, 1 / (1 + Math.max(1, baseline.chunks)));
  return sum / Math.sqrt(m * (1 + (m - 1) * shared));
}

/** Standard error of the mean of m chunks against the reference, and its degrees of freedom (Satterthwaite 1946). */
function errorOf({ between, alike, centreError, chunks }: Baseline, variance: number, m: number) {
  const moving = between ** 2 / m + between ** 2 / Math.max(1, chunks);
  const steady = variance * (alike + (1 - alike) / m) + Math.max(0, centreError ** 2 - between ** 2 / chunks);
  const all = moving + steady;
  const freedom = moving > 0 ? (Math.max(1, chunks - 1) * all ** 2) / moving ** 2 : Number.POSITIVE_INFINITY;
  return { error: Math.sqrt(all), freedom };
}

/** The standard normal deviate that is as rare as Student's t, and the other way round (Wallace 1959). */
const normalOf = (t: number, freedom: number): number =>
  freedom > 1e6 ? t : (Math.sqrt(freedom * Math.log1p(t ** 2 / freedom)) * (8 * freedom + 1)) / (8 * freedom + 3);
const studentOf = (z: number, freedom: number): number =>
  freedom > 1e6 ? z : Math.sqrt(freedom * Math.expm1(((z * (8 * freedom + 3)) / (8 * freedom + 1)) ** 2 / freedom));

/** Deviates of alerts where no baseline tells how far they went: of a limit that was given one is enough, of NannyML's two. */
const GIVEN = 8;
const LEARNED = 3;

/** How far measures lie from the reference, whatever is known of it. */
export function expectationOf(
  baseline: Baseline | null | undefined,
  compat: boolean,
  { chance, threshold, share }: Pick<SeriesPlan, "chance" | "threshold" | "share">,
): Expectation {
  if (!baseline) {
    const size = compat ? LEARNED : GIVEN;
    const one = ({ value, alert, lowerThreshold }: Measure) =>
      !alert ? 0 : value !== null && lowerThreshold !== null && value < lowerThreshold ? -size : size;
    return {
      given: !compat,
      limited: false,
      usual: null,
      deviation(measures) {
        const known = measures.filter(({ value }) => value !== null);
        return known.length ? known.reduce((sum, each) => sum + one(each), 0) / Math.sqrt(known.length) : null;
      },
    };
  }
  const { kind, usual } = baseline;
  return {
    given: false,
    limited: threshold?.type === "constant" && share !== true,
    usual: kind === "distance" ? null : usual,
    deviation: (measures) => jointDeviation(baseline, measures, chance),
  };
}

/** The limits of a chunk of n rows with this sampling error, on the scale of its values. */
export function limitsFor(
  baseline: Baseline,
  { n, samplingError }: Omit<Judged, "value">,
  chance?: Chance,
  z = LIMIT,
): Limits {
  if (n <= 0) return { lower: null, upper: null };
  const { kind, centre, perRow } = baseline;
  const by = perRow ? n : 1;
  if (kind === "distance") {
    const far = chance?.limit(n, z) ?? null;
    const power = chance?.power ?? 2;
    return { lower: null, upper: far === null ? null : (far ** power + centre) ** (1 / power) };
  }
  const own = kind === "share" ? 0.5 / Math.sqrt(n + 0.5) : (samplingError ?? Number.NaN) / by;
  const { error, freedom } = errorOf(baseline, Number.isFinite(own) ? own ** 2 : 0, 1);
  const margin = error === 0 ? 0 : studentOf(z, freedom) * error;
  if (kind === "mean") return { lower: by * (centre - margin), upper: by * (centre + baseline.slack + margin) };
  const share = (angle: number) => {
    const p = Math.sin(Math.min(Math.PI / 2, Math.max(0, angle))) ** 2;
    return (by * Math.max(0, p * (n + 0.75) - 0.375)) / n;
  };
  return { lower: share(centre - margin), upper: share(centre + margin) };
}
