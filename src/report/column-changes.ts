import { formatNumber } from "../charts/format-number.js";
import type { MonitoringResults } from "../monitoring/engine/fit-monitor.js";
import type { MonitoringResult } from "../monitoring/results/monitoring-result.js";
import type { Finding, FindingKind } from "./findings.js";

/** One column that changed: its gravest finding, with what the others add. */
export interface Change {
  readonly column: string;
  /** What a person calls it. */
  readonly title: string;
  readonly kind: FindingKind;
  /** Its source is broken: missing, constant, in another unit, unknown. */
  readonly broken: boolean;
  /** In words, with numbers. */
  readonly text: string;
  readonly since: string;
  /** How far it went, in its own standard errors. */
  readonly strength: number;
  /** How far the worst chunk lies beyond its limit, on a scale of 0 … 1 that is the same for all columns. */
  readonly effect: number;
  readonly alerts: number;
  readonly chunks: number;
}

/** Findings of columns, one change a column; the gravest finding speaks. */
export function changesOf(findings: readonly Finding[], results: MonitoringResults): Change[] {
  const byColumn = new Map<string, Finding[]>();
  for (const finding of findings) {
    if (finding.column === null) continue;
    byColumn.set(finding.column, [...(byColumn.get(finding.column) ?? []), finding]);
  }
  return [...byColumn].map(([column, own]): Change => {
    const [lead] = own;
    const { kind, title, broken, since, deviation, effect, alerts, chunks } = lead;
    // the same said by another method adds nothing
    const others = own.filter((each) => each.kind !== kind && each.kind !== "drift").slice(0, 1);
    const text = [lead, ...others].map((each) => textOf(each, results)).join("; ");
    return { column, title, kind, broken, text, since, strength: Math.abs(deviation), effect, alerts, chunks };
  });
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** A finding of a column in words. */
export function textOf(
  { kind, worst, label, metric, usual, column, since }: Finding,
  results: MonitoringResults,
): string {
  const value = worst.value ?? Number.NaN;
  const amount = metric.endsWith("rate") ? percent(value) : formatNumber(value);
  const before = usual !== null && usual >= 0.001 ? `, usually ${percent(usual)}` : "";
  if (kind === "missing") return `missing values up to ${amount}${before}`;
  if (kind === "unseen") return `unknown categories up to ${amount}${worst.note ? `: ${worst.note}` : ""}`;
  if (kind === "range") return `values outside the range of the reference up to ${amount}`;
  if (kind === "constant") return `one value in ${percent(value)} of the rows${worst.note ? `: ${worst.note}` : ""}`;
  if (kind === "unit") {
    const [times, way] = value >= 1 ? [value, "large"] : [1 / value, "small"];
    return `its values are ${formatNumber(times)} times as ${way}`;
  }
  const limit = worst.upperThreshold === null ? "" : `, limit ${formatNumber(worst.upperThreshold)}`;
  return `${column === null ? "" : meanMoved(results.stats_avg, column, since)}${label} up to ${formatNumber(value)}${limit}`;
}

/** From which mean to which, where averages are known; in per cent only where the mean is far from 0. */
function meanMoved(averages: MonitoringResult | undefined, column: string, since: string): string {
  const series = averages?.series.find((each) => each.column === column);
  if (!averages || !series) return "";
  const start = averages.chunks.findIndex(({ period, key }) => period === "analysis" && key === since);
  const of = (period: "reference" | "analysis") =>
    series.measures.filter((_, i) => averages.chunks[i].period === period && (period === "reference" || i >= start));
  const mean = (values: readonly (number | null)[]) => {
    const known = values.filter((value) => value !== null);
    return known.reduce((sum, value) => sum + value, 0) / known.length;
  };
  const [reference, analysis] = [of("reference"), of("analysis")];
  const [before, after] = [reference, analysis].map((measures) => mean(measures.map(({ value }) => value)));
  if (!Number.isFinite(before) || !Number.isFinite(after)) return "";
  const spread = mean(reference.map(({ samplingError, n }) => (samplingError ?? Number.NaN) * Math.sqrt(n)));
  const sign = after > before ? "+" : "−";
  const far = !(spread > 0) || Math.abs(before) >= spread;
  const moved =
    before === 0 || !far
      ? spread > 0
        ? ` (${sign}${formatNumber(Math.abs(after - before) / spread)} standard deviations)`
        : ""
      : ` (${sign}${Math.abs((100 * (after - before)) / before).toFixed(0)} %)`;
  return `mean ${formatNumber(before)} → ${formatNumber(after)}${moved}; `;
}

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
