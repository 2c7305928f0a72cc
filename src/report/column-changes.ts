import { formatNumber } from "../charts/format-number.js";
import type { Measure } from "../monitoring/calculators/measure.js";
import { findMethod } from "../monitoring/drift/drift-methods.js";
import { CALCULATORS } from "../monitoring/engine/calculators.js";
import type { MonitoringResults } from "../monitoring/engine/fit-monitor.js";
import type { MonitoringResult } from "../monitoring/results/monitoring-result.js";
import { chunksOf, lastRun } from "./alert-runs.js";

// one alert is chance more often than not; one row out of range in a chunk is the rule in a long tail
const FEWEST_ALERTS = 2;
// a hundredth of the rows is what feeds lose and gain without anything being wrong
const LEAST_SHARE = 0.01;
// distances without an upper end are in units of the column: ten times the limit counts as the end
const FAR_BEYOND = 10;

/** One thing that changed: a column with drift or worse data. */
export interface Change {
  readonly column: string;
  /** What a person calls it. */
  readonly title: string;
  /** In words, with numbers. */
  readonly text: string;
  readonly since: string;
  /** Value over threshold, averaged over the chunks that alert: how far it went. */
  readonly strength: number;
  /** How far the worst chunk lies beyond its limit, on a scale of 0 … 1 that is the same for all columns. */
  readonly effect: number;
  readonly alerts: number;
  readonly chunks: number;
  /** Mean since then over mean in the reference, where both are known and above 0. */
  readonly ratio?: number;
  /** Of worse data: the share of the rows of the worst chunk, where it is known. */
  readonly fault?: number;
}

/** Columns that drift until now. */
export function driftChanges(results: MonitoringResults): Change[] {
  const drift = results.univariate;
  if (!drift) return [];
  const byColumn = new Map<string, Change>();
  for (const series of drift.series) {
    const chunks = chunksOf(drift, series);
    const run = lastRun(chunks);
    const alerts = chunks.filter(({ measure }) => measure.alert && measure.value !== null);
    const limited = alerts.flatMap(({ measure }) => limitedOf(measure));
    const { column, columnTitle: title = column } = series;
    if (!run || column === undefined || title === undefined || limited.length < FEWEST_ALERTS) continue;
    const strength = limited.reduce((sum, { value, limit }) => sum + value / limit, 0) / limited.length;
    const worst = limited.reduce((a, b) => (a.value > b.value ? a : b));
    const beyond = worst.value - worst.limit;
    const effect = findMethod(series.metric)?.bounded ? beyond : Math.min(1, beyond / worst.limit / FAR_BEYOND);
    if ((byColumn.get(column)?.effect ?? 0) >= effect) continue;
    const moved = meanMoved(results.stats_avg, column, run.chunk.key);
    const text = `${moved?.text ?? ""}${series.label} up to ${formatNumber(worst.value)}, limit ${formatNumber(worst.limit)}`;
    byColumn.set(column, {
      column,
      title,
      text,
      since: run.chunk.key,
      strength,
      effect,
      ...(moved?.ratio === undefined ? {} : { ratio: moved.ratio }),
      alerts: alerts.length,
      chunks: chunks.length,
    });
  }
  return [...byColumn.values()];
}

/** A value and its limit; a chi-square statistic has no limit to be set against. */
function limitedOf({ value, upperThreshold: limit }: Measure): { value: number; limit: number }[] {
  return value !== null && limit !== null && limit > 0 ? [{ value, limit }] : [];
}

function meanMoved(averages: MonitoringResult | undefined, column: string, since: string): Moved | null {
  const series = averages?.series.find((each) => each.column === column);
  if (!averages || !series) return null;
  const mean = (chunks: readonly (number | null)[]) => {
    const known = chunks.filter((value) => value !== null);
    return known.reduce((sum, value) => sum + value, 0) / known.length;
  };
  const start = averages.chunks.findIndex((chunk) => chunk.period === "analysis" && chunk.key === since);
  const before = mean(
    series.measures.filter((_, i) => averages.chunks[i]?.period === "reference").map(({ value }) => value),
  );
  const after = mean(series.measures.slice(Math.max(start, 0)).map(({ value }) => value));
  if (!Number.isFinite(before) || !Number.isFinite(after)) return null;
  const percent =
    before === 0 ? "" : ` (${after > before ? "+" : "−"}${Math.abs((100 * (after - before)) / before).toFixed(0)} %)`;
  const text = `mean ${formatNumber(before)} → ${formatNumber(after)}${percent}; `;
  return before > 0 && after > 0 ? { text, ratio: after / before } : { text };
}

interface Moved {
  readonly text: string;
  readonly ratio?: number;
}

/** Drift that went far in some chunk and does not reach the last ones; farthest first. */
export function pastChanges({ univariate }: MonitoringResults): Change[] {
  if (!univariate) return [];
  const found = univariate.series.flatMap((series): Change[] => {
    const chunks = chunksOf(univariate, series);
    if (!findMethod(series.metric)?.bounded || lastRun(chunks)) return [];
    const far = chunks.filter(({ measure }) => measure.alert && beyondOf(measure) > FAR);
    const worst = [...far].sort((a, b) => beyondOf(b.measure) - beyondOf(a.measure))[0];
    const { column, columnTitle: title = column } = series;
    if (!worst || column === undefined || title === undefined) return [];
    // beyond its limit, so that it has both
    const { value, upperThreshold } = worst.measure;
    if (value === null || upperThreshold === null) return [];
    const text = `${series.label} ${formatNumber(value)}, limit ${formatNumber(upperThreshold)}`;
    const strength = value / upperThreshold;
    const counts = { alerts: far.length, chunks: chunks.length };
    return [
      {
        column,
        title,
        text,
        since: worst.chunk.key,
        strength,
        effect: beyondOf(worst.measure),
        ...counts,
      },
    ];
  });
  return found.sort((a, b) => b.effect - a.effect);
}

// a tenth of the way from the same to nothing in common
const FAR = 0.1;

const beyondOf = ({ value, upperThreshold }: Measure): number => (value ?? 0) - (upperThreshold ?? Infinity);

/** What windows and statistics of one measure have in common. */
export const familyOf = (column: string): string => column.replace(/(_(sum|mean|trend|slope|variability))?_\d+d$/, "");

/** The first changes, one of each family: windows and statistics of one measure (`…_sum_7d`, `…_mean_30d`) say the same. */
export function leadChanges(changes: readonly Change[], most: number): (Change & { readonly alike: number })[] {
  const families = new Map<string, Change & { alike: number }>();
  for (const change of changes) {
    const family = familyOf(change.column);
    const first = families.get(family);
    if (first) first.alike++;
    else families.set(family, { ...change, alike: 0 });
  }
  return [...families.values()].slice(0, most);
}

/** Columns whose data are worse until now. */
export function qualityChanges(results: MonitoringResults): Change[] {
  return CALCULATORS.flatMap(({ name, role }) => {
    const result = results[name];
    if (!result || role.of !== "quality") return [];
    return result.series.flatMap((series): Change[] => {
      const chunks = chunksOf(result, series);
      const run = lastRun(chunks);
      const alerts = chunks.flatMap(({ measure }) =>
        measure.alert ? [{ ...measure, value: measure.value ?? 0 }] : [],
      );
      const { column, columnTitle: title = column } = series;
      if (!run || column === undefined || title === undefined || alerts.length < FEWEST_ALERTS) return [];
      const worst = alerts.reduce((a, b) => (a.value > b.value ? a : b));
      const { value } = worst;
      const rate = series.metric.endsWith("rate");
      if (rate && value < LEAST_SHARE) return [];
      const amount = rate ? `${(100 * value).toFixed(1)} %` : formatNumber(value);
      const limit = worst.upperThreshold ?? 0;
      const strength = rate ? value / Math.max(limit, LEAST_SHARE) : 1;
      const text = `${role.fault} up to ${amount}${worst.note ? `: ${worst.note}` : ""}`;
      const fault = rate ? value : 1;
      const effect = rate ? fault - limit : 0;
      const found = { column, title, text, since: run.chunk.key, strength, effect, fault };
      return [{ ...found, alerts: alerts.length, chunks: chunks.length }];
    });
  });
}
