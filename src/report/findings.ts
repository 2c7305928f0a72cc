import type { Measure, Series } from "../monitoring/calculators/measure.js";
import { findMethod } from "../monitoring/drift/drift-methods.js";
import { CALCULATORS, type CalculatorName } from "../monitoring/engine/calculators.js";
import type { MonitoringResults } from "../monitoring/engine/fit-monitor.js";
import { metricFor, type PerformanceKey } from "../monitoring/metrics/metrics.js";
import type { MonitoringResult } from "../monitoring/results/monitoring-result.js";
import { type At, judgedChunks } from "./alert-runs.js";
import { discoveries, farChunks, scanEnd } from "./scan-series.js";

/** What is wrong, in the order in which one looks: what is broken comes before what moved. */
export type FindingKind =
  | "missing"
  | "constant"
  | "unit"
  | "unseen"
  | "range"
  | "performance"
  | "calibration"
  | "drift"
  | "multivariate";

/** One thing that differs from the reference. */
export interface Finding {
  readonly kind: FindingKind;
  readonly part: CalculatorName;
  readonly metric: string;
  readonly label: string;
  readonly column: string | null;
  /** What a person calls it: the title of the column, or the metric. */
  readonly title: string;
  /** First and last chunk of it; `present` where it reaches the last chunk that has a value. */
  readonly since: string;
  readonly until: string;
  readonly present: boolean;
  /** Chunks of it that lie beyond their limit, and chunks looked at. */
  readonly alerts: number;
  readonly chunks: number;
  readonly way: "more" | "less";
  /** Of performance: whether it is for the better; null where neither way is. */
  readonly better: boolean | null;
  /** The source is broken, whoever the people are. */
  readonly broken: boolean;
  /** How far, in its own standard errors; the chunk that is farthest; how far on a scale of 0 … 1 that all share. */
  readonly deviation: number;
  readonly worst: Measure;
  readonly effect: number;
  /** Usual value in the reference, where that is known. */
  readonly usual: number | null;
}

/** A series that is looked at, with what the search needs. */
interface Candidate {
  readonly name: CalculatorName;
  readonly kind: FindingKind;
  readonly result: MonitoringResult;
  readonly series: Series;
  readonly chunks: readonly At[];
  readonly sides: 1 | 2;
}

/** What is asked of the search. */
export interface FindingOptions {
  /** Chance that anything is found where nothing changed; 0.05. */
  readonly falseAlarms?: number | undefined;
  /** Score, predicted class and label. */
  readonly outputs: readonly string[];
}

// a rate of faults: what feeds lose without anything being wrong, and what is far at once
const LEAST_SHARE = 0.01;
const BROKEN_SHARE = 0.05;
/** Where values were missing before, more of them are missing is no broken feed: a ratio of nothing and nothing. */
const USUALLY_MISSING = 0.01;
const ALMOST_ALL = 0.5;
// smaller differences matter to nobody, however surely they are there
const LEAST_PERFORMANCE = 0.01;
const LEAST_GAP = 0.01;
const LEAST_SLOPE = 0.1;
const LEAST_DISTANCE = 0.02;
// distances without an upper end are in units of the column: ten times the limit counts as the end
const FAR_BEYOND = 10;

/**
 * Everything that differs from the reference, judged with one rate of false alarms for all series and chunks together.
 *
 * Every series is one test: its last chunks, in windows (see `scanEnd`). The tests are put together by Benjamini and Hochberg's
 * procedure, so that where nothing changed the chance of a finding is at most the rate, and where things changed at most that
 * share of the findings is false. What was far and is over is searched the same way, chunk by chunk, and never decides a verdict.
 */
export function findingsOf(results: MonitoringResults, { falseAlarms = 0.05, outputs }: FindingOptions): Finding[] {
  const all = candidatesOf(results, outputs);
  const scans = all.map(({ series, chunks, sides }) =>
    series.expected ? scanEnd(chunks, series.expected, sides) : null,
  );
  const found = discoveries(
    scans.map((scan) => scan?.p ?? 1),
    falseAlarms,
  );
  const present = all.map((each, i) => {
    const scan = scans[i];
    return scan && found[i] ? findingOf(each, scan.deviation, scan.onset, scan.last, true) : null;
  });
  const far = all.map(({ series, chunks, sides }) =>
    series.expected ? farChunks(chunks, series.expected, sides) : [],
  );
  const past = all.flatMap((each, i) => {
    if (present[i]) return [];
    const sure = far[i].filter(({ p }) => p * all.length <= falseAlarms);
    if (sure.length === 0) return [];
    const most = sure.reduce((a, b) => (Math.abs(b.deviation) > Math.abs(a.deviation) ? b : a));
    const last = sure.at(-1)?.at ?? most.at;
    return [findingOf(each, most.deviation, sure[0].at, last, false)];
  });
  return [...present, ...past].filter((each) => each !== null).sort(byWeight);
}

const ORDER: readonly FindingKind[] = [
  "missing",
  "constant",
  "unit",
  "unseen",
  "range",
  "performance",
  "calibration",
  "drift",
  "multivariate",
];

const byWeight = (a: Finding, b: Finding): number =>
  Number(b.present) - Number(a.present) ||
  Number(b.broken) - Number(a.broken) ||
  (a.broken ? ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) : 0) ||
  b.effect - a.effect;

function candidatesOf(results: MonitoringResults, outputs: readonly string[]): Candidate[] {
  return CALCULATORS.flatMap(({ name, role }): Candidate[] => {
    const result = results[name];
    if (!result || role.of === "statistics") return [];
    return result.series.flatMap((series): Candidate[] => {
      const kind = kindOf(name, role.of, series.metric);
      const chunks = judgedChunks(result, series, needsLabels(name, series, outputs[2]));
      if (kind === null || chunks.length === 0) return [];
      const sides = role.of === "performance" || role.of === "calibration" ? 2 : 1;
      return [{ name, kind, result, series, chunks, sides }];
    });
  });
}

/** Whether late labels make it wrong: the column of labels, and what is counted of them; the order of scores stays. */
export const needsLabels = (name: string, { column, metric }: Series, label: string | undefined): boolean =>
  (column !== undefined && column === label) ||
  (name === "realized" && metricFor(metric as PerformanceKey).needs === "classes");

function kindOf(name: CalculatorName, role: string, metric: string): FindingKind | null {
  if (role === "performance") return "performance";
  if (role === "calibration") return "calibration";
  if (role === "drift") return "drift";
  if (role === "multivariate drift") return "multivariate";
  if (name === "source") return metric === "scale" ? "unit" : "constant";
  return name === "missing" || name === "unseen" || name === "range" ? name : null;
}

function findingOf(each: Candidate, deviation: number, from: number, to: number, present: boolean): Finding | null {
  const { kind, name, series, chunks } = each;
  const members = chunks.slice(from, to + 1).filter(({ measure }) => measure.value !== null);
  const way = deviation < 0 ? "less" : "more";
  const sign = way === "more" ? 1 : -1;
  const worst = members.reduce(
    (a, b) => (sign * (b.measure.value ?? 0) > sign * (a.measure.value ?? 0) ? b : a),
    members[0],
  );
  const usual = series.expected?.usual ?? null;
  // the source of a value that chunks of the reference had as well is as it was
  if (kind === "constant" || kind === "unit") {
    if (!worst.measure.alert) return null;
    const before = each.result.chunks.some((chunk, i) => chunk.period === "reference" && series.measures[i]?.alert);
    if (before) return null;
  }
  if (series.expected?.limited && !worst.measure.alert) return null;
  const effect = effectOf(each, worst.measure, usual, sign);
  if (effect === null) return null;
  const better = kind === "performance" ? isBetter(series.metric, way) : null;
  return {
    kind,
    part: name,
    metric: series.metric,
    label: series.label,
    column: series.column ?? null,
    title: series.columnTitle ?? series.column ?? series.label,
    since: chunks[from].chunk.key,
    until: chunks[to].chunk.key,
    present,
    alerts: members.filter(({ measure }) => measure.alert).length,
    chunks: chunks.length,
    way,
    better,
    broken: isBroken(kind, worst.measure, usual),
    deviation,
    worst: worst.measure,
    effect,
    usual,
  };
}

/** How far it went on a scale of 0 … 1; null where that is too little to tell. */
function effectOf({ kind, series }: Candidate, worst: Measure, usual: number | null, sign: number): number | null {
  const value = worst.value ?? 0;
  const { expected, metric } = series;
  if (expected?.given && kind !== "constant" && kind !== "unit")
    return Math.min(1, Math.abs(expected.deviation([worst]) ?? 0) / 10);
  if (kind === "constant" || kind === "unit") return 1;
  if (kind === "missing" || kind === "unseen" || kind === "range") {
    const rise = value / (metric.endsWith("count") ? Math.max(1, worst.n) : 1) - (usual ?? 0);
    return rise < LEAST_SHARE ? null : Math.min(1, rise);
  }
  if (kind === "performance") {
    const away = usual === null ? 1 : Math.abs(value - usual);
    const counted = metric === "business_value" || (/^(true|false)_/.test(metric) && value > 1);
    return !counted && away < LEAST_PERFORMANCE ? null : Math.min(1, away);
  }
  if (kind === "calibration") {
    const away = Math.abs(value - (usual ?? 0));
    return away < (metric === "slope" ? LEAST_SLOPE : LEAST_GAP) ? null : Math.min(1, away);
  }
  const limit = worst.upperThreshold ?? usual ?? 0;
  if (kind === "multivariate") return Math.min(1, Math.max(0.001, sign * (value / (usual ?? value) - 1)));
  if (findMethod(metric)?.bounded) return value < LEAST_DISTANCE ? null : Math.max(0.001, Math.min(1, value - limit));
  return Math.max(0.001, Math.min(1, (value - limit) / (limit || 1) / FAR_BEYOND));
}

function isBroken(kind: FindingKind, { value, n }: Measure, usual: number | null): boolean {
  if (kind === "constant" || kind === "unit") return true;
  const share = value !== null && value > 1 ? value / Math.max(1, n) : (value ?? 0);
  const rise = share - (usual ?? 0);
  if (kind === "missing") return rise >= BROKEN_SHARE && ((usual ?? 0) < USUALLY_MISSING || share >= ALMOST_ALL);
  return (kind === "unseen" || kind === "range") && rise >= ALMOST_ALL;
}

/** Whether this way is better for a metric; null where neither is. */
function isBetter(metric: string, way: "more" | "less"): boolean | null {
  const better = metricFor(metric as PerformanceKey).better ?? "more";
  return better === "neither" ? null : better === way;
}
