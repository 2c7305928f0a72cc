import type { ChunkInfo, Measure, Series } from "../monitoring/calculators/measure.js";
import { findMethod } from "../monitoring/drift/drift-methods.js";
import type { MonitoringResults } from "../monitoring/engine/fit-monitor.js";
import { reviewEstimates } from "../monitoring/engine/review-estimates.js";
import type { MonitoringResult } from "../monitoring/results/monitoring-result.js";
import { thousands } from "./thousands.js";

/** One thing that changed: a column with drift or worse data. */
export interface Change {
  readonly column: string;
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

/** What a reader needs first. */
export interface Verdict {
  readonly state: "good" | "watch" | "bad" | "unknown";
  /** Is the model still good? */
  readonly headline: string;
  readonly details: readonly string[];
  /** First chunk of the run of alerts that lasts to the end (or nearly), where there is one. */
  readonly since: string | null;
  readonly changes: readonly Change[];
  /** What went far and is over by now. */
  readonly past: readonly Change[];
  readonly advice: readonly string[];
}

/** What the columns that the model writes, and the labels, are called. */
const OUTPUTS = ["y_pred_proba", "y_pred", "y_true"];

/**
 * Judges a run: is the model still good, since when not, what changed, and what to do.
 *
 * @param outputs columns of the model and the labels: when they move that is a consequence, not a cause
 */
export function verdictOf(results: MonitoringResults, outputs: readonly string[] = OUTPUTS): Verdict {
  const realized = performanceOf(results.realized);
  const estimated = performanceOf(results.cbpe);
  const all = [...driftChanges(results), ...qualityChanges(results)].sort((a, b) => b.effect - a.effect);
  const changes = all.filter(({ column }) => !outputs.includes(column));
  const judged = realized ?? estimated;
  const moved = all.filter(({ column }) => outputs.includes(column));
  const multivariate = [results.pca, results.domain_classifier].some((result) => (result ? isPresent(result) : false));
  const past = pastChanges(results).filter(
    ({ column }) => !changes.some((each) => familyOf(each.column) === familyOf(column)),
  );
  const details: string[] = [];
  if (realized) details.push(realized.text);
  if (estimated) details.push(estimated.text);
  if (results.cbpe && !estimated) details.push("Performance could not be estimated: no chunk allowed it.");
  for (const { column, text, since } of moved) details.push(`The column ${column} moved since ${since}: ${text}.`);
  if (multivariate) details.push("The columns together look different from the reference (multivariate drift alerts).");

  const missed = missedEstimates(results.cbpe);
  if (missed) details.push(missed);
  const over = leadChanges(past, 3).map(({ column, text, since }) => `${column} in ${since} (${text})`);
  if (over.length > 0) details.push(`Over by now: ${over.join("; ")}.`);

  const bad = [realized, estimated].find((each) => each?.side === "below");
  const odd = [realized, estimated].find((each) => each?.side === "above");
  // a few cells more than usual are not a fault of a feed
  const broken = changes.filter(({ fault = 0, strength }) => fault >= 0.05 && strength >= 2);
  const state = !judged ? "unknown" : bad ? "bad" : changes.length > 0 || odd ? "watch" : "good";
  const empty = Object.values(results).every(({ chunks }) => chunks.every(({ period }) => period === "reference"));
  const headline = empty
    ? "Nothing to judge yet: there is nothing beside the reference."
    : !judged
      ? changes.length > 0
        ? `The data changed (${count(changes.length, "column")}); how the model does is not known without scores or labels.`
        : "The data look as they did in the reference; how the model does is not known without scores or labels."
      : bad
        ? `No: ${bad.name} has been below its limit since ${bad.since}.`
        : odd
          ? `Unusual: ${odd.name} has been above its limit since ${odd.since}${changes.length > 0 ? `, and ${count(changes.length, "column")} changed` : ""}.`
          : changes.length > 0
            ? `Yes, ${judged.name} is within its limits, but ${count(changes.length, "column")} changed${past[0] ? `; what happened in ${past[0].since} is over` : ""}.`
            : `Yes: ${judged.name} is within its limits and the data look as they did in the reference.`;
  return {
    state,
    headline,
    details,
    since: (bad ?? odd)?.since ?? null,
    changes,
    past,
    advice: adviceOf(state, changes, broken, realized),
  };
}

/** Whether estimates keep missing what came true: then people changed, not only who is scored. */
function missedEstimates(cbpe: MonitoringResult | undefined): string | null {
  const reviews = cbpe ? reviewEstimates(cbpe) : [];
  const metric = reviews[0]?.metric;
  const chosen = reviews.filter((review) => review.metric === metric);
  const misses = chosen.filter(({ within_band }) => !within_band);
  if (misses.length < 2 || misses.length < chosen.length / 2) return null;
  const label = cbpe?.series.find((series) => series.metric === metric)?.label;
  return (
    `What came true lies outside the estimate of ${label} in ${misses.length} of ${chosen.length} chunks: people with the ` +
    "same features behave differently now, which no estimate and no drift of features can see."
  );
}

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;

interface Performance {
  readonly name: string;
  readonly text: string;
  readonly since: string | null;
  readonly side: "below" | "above" | "inside";
}

function performanceOf(result: MonitoringResult | undefined): Performance | undefined {
  if (!result) return undefined;
  const kind = result.calculator === "cbpe" ? "estimated" : "realized";
  const found = result.series.flatMap((series) => {
    const chunks = chunksOf(result, series).filter(({ measure }) => measure.value !== null);
    return chunks.length ? [{ series, chunks, run: lastRun(chunks) }] : [];
  });
  // the first metric asked for speaks, unless another one is worse than its limit, or else unusual
  const worse = found.find(({ run }) => run && sideOf(run.measure) === "below");
  const chosen = worse ?? found.find(({ run }) => run !== null) ?? found[0];
  if (!chosen) return undefined;
  const { series, chunks, run } = chosen;
  const last = chunks.at(-1) as (typeof chunks)[number];
  const { value, lowerThreshold: low, upperThreshold: high } = last.measure;
  const usual =
    low === null && high === null
      ? ""
      : `, limits ${formatNumber(low ?? -Infinity)} … ${formatNumber(high ?? Infinity)}`;
  const alerts = chunks.filter(({ measure }) => measure.alert).length;
  const text = `${kind === "estimated" ? "Estimated" : "Realized"} ${series.label}: ${formatNumber(value as number)} in the last chunk (${last.chunk.key}${usual}); ${alerts} of ${chunks.length} chunks alert.`;
  const side = run ? sideOf(run.measure) : "inside";
  return { name: `${kind} ${series.label}`, text, since: run?.chunk.key ?? null, side };
}

const sideOf = ({ value, lowerThreshold }: Measure): "below" | "above" =>
  lowerThreshold !== null && (value as number) < lowerThreshold ? "below" : "above";

interface At {
  readonly chunk: ChunkInfo;
  readonly measure: Measure;
}

function chunksOf(result: MonitoringResult, series: Series): At[] {
  return series.measures.flatMap((measure, i) => {
    const chunk = result.chunks[i];
    return chunk.period === "analysis" ? [{ chunk, measure }] : [];
  });
}

/** The start of the run of alerts that reaches the last three chunks; single quiet chunks do not end it. */
function lastRun(chunks: readonly At[]): At | null {
  const alerts = chunks.flatMap(({ measure }, i) => (measure.alert ? [i] : []));
  const last = alerts.at(-1);
  if (last === undefined || last < chunks.length - 3) return null;
  let first = last;
  for (const i of alerts.slice(0, -1).reverse()) {
    if (first - i > 2) break;
    first = i;
  }
  // one alert long after the others is chance more often than not
  return last === first && chunks.length > 3 && last !== chunks.length - 1 ? null : chunks[first];
}

const isPresent = (result: MonitoringResult): boolean =>
  result.series.some((series) => lastRun(chunksOf(result, series)) !== null);

function driftChanges(results: MonitoringResults): Change[] {
  const drift = results.univariate;
  if (!drift) return [];
  const byColumn = new Map<string, Change>();
  for (const series of drift.series) {
    const chunks = chunksOf(drift, series);
    const run = lastRun(chunks);
    const alerts = chunks.filter(({ measure }) => measure.alert && measure.value !== null);
    // a chi-square statistic has no limit to be set against
    const limits = alerts.filter(({ measure }) => (measure.upperThreshold ?? 0) > 0);
    if (!run || limits.length < 2) continue;
    const ratios = limits.map(({ measure }) => (measure.value as number) / (measure.upperThreshold as number));
    const strength = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
    const column = series.column as string;
    const worst = limits.reduce((a, b) => ((a.measure.value as number) > (b.measure.value as number) ? a : b)).measure;
    const beyond = (worst.value as number) - (worst.upperThreshold as number);
    // distances without an upper end are in units of the column: ten times the limit counts as the end
    const effect = findMethod(series.metric)?.bounded
      ? beyond
      : Math.min(1, beyond / (worst.upperThreshold as number) / 10);
    if ((byColumn.get(column)?.effect ?? 0) >= effect) continue;
    const moved = meanMoved(results.stats_avg, column, run.chunk.key);
    const text = `${moved?.text ?? ""}${series.label} up to ${formatNumber(worst.value as number)}, limit ${formatNumber(worst.upperThreshold as number)}`;
    byColumn.set(column, {
      column,
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
function pastChanges({ univariate }: MonitoringResults): Change[] {
  if (!univariate) return [];
  const found = univariate.series.flatMap((series): Change[] => {
    const chunks = chunksOf(univariate, series);
    if (!findMethod(series.metric)?.bounded || lastRun(chunks)) return [];
    const far = chunks.filter(({ measure }) => measure.alert && beyondOf(measure) > FAR);
    const worst = [...far].sort((a, b) => beyondOf(b.measure) - beyondOf(a.measure))[0];
    if (!worst) return [];
    const { value, upperThreshold } = worst.measure;
    const text = `${series.label} ${formatNumber(value as number)}, limit ${formatNumber(upperThreshold as number)}`;
    const strength = (value as number) / (upperThreshold as number);
    const counts = { alerts: far.length, chunks: chunks.length };
    return [
      {
        column: series.column as string,
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

const familyOf = (column: string): string => column.replace(/(_(sum|mean|trend|slope|variability))?_\d+d$/, "");

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

const QUALITY = { missing: "missing values", unseen: "unknown categories", range: "out of range values" } as const;

function qualityChanges(results: MonitoringResults): Change[] {
  return Object.entries(QUALITY).flatMap(([part, what]) => {
    const result = results[part as keyof typeof QUALITY];
    return (result?.series ?? []).flatMap((series): Change[] => {
      const chunks = chunksOf(result as MonitoringResult, series);
      const run = lastRun(chunks);
      const alerts = chunks.filter(({ measure }) => measure.alert);
      // one row out of range in a chunk is the rule in a long tail
      if (!run || alerts.length < 2) return [];
      const worst = alerts.reduce((a, b) =>
        (a.measure.value as number) > (b.measure.value as number) ? a : b,
      ).measure;
      const rate = series.metric.endsWith("rate");
      if (rate && (worst.value as number) < 0.01) return [];
      const amount = rate ? `${(100 * (worst.value as number)).toFixed(1)} %` : formatNumber(worst.value as number);
      const limit = worst.upperThreshold ?? 0;
      const strength = rate ? (worst.value as number) / Math.max(limit, 0.01) : 1;
      const text = `${what} up to ${amount}${worst.note ? `: ${worst.note}` : ""}`;
      const column = series.column as string;
      const fault = rate ? (worst.value as number) : 1;
      const effect = rate ? fault - limit : 0;
      const found = { column, text, since: run.chunk.key, strength, effect, fault };
      return [{ ...found, alerts: alerts.length, chunks: chunks.length }];
    });
  });
}

// nothing that people do makes a mean this many times as large
const SCALE = 20;

function adviceOf(
  state: Verdict["state"],
  changes: readonly Change[],
  broken: readonly Change[],
  realized: Performance | undefined,
): string[] {
  const names = leadChanges(changes, 3).map(({ column }) => column);
  const listed = names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)}` : (names[0] ?? "");
  const advice: string[] = [];
  const other = changes.find(({ ratio = 1 }) => ratio >= SCALE || ratio <= 1 / SCALE);
  if (other) {
    const times = formatNumber((other.ratio as number) >= 1 ? (other.ratio as number) : 1 / (other.ratio as number));
    const way = (other.ratio as number) >= 1 ? "times as large" : "times as small";
    advice.push(`Look at the source of ${other.column} first: its mean is ${times} ${way}. Did its unit change?`);
  }
  if (broken[0]) {
    advice.push(
      `Look at the source of ${broken[0].column}: ${broken[0].text}. If the feed is broken, so are scores made from it.`,
    );
  }
  if (state === "bad" && changes.length > 0) {
    advice.push(`Ask who changed ${listed}: a campaign, a tariff, a fault in the feed?`);
    advice.push(
      "If the change is real, train again on rows from after it, and keep this reference until the new model is out.",
    );
  } else if (state === "bad") {
    advice.push(
      "No column changed, yet performance did: the relation of columns and outcome changed. Train again on recent labels.",
    );
  } else if (state === "watch" && listed && !other) {
    advice.push(`Nothing to do yet: watch ${listed}, and train again if performance follows.`);
  } else if (state === "good") advice.push("Nothing to do.");
  if (!realized && state !== "unknown") {
    advice.push(
      "No label of the analysis is in yet: this rests on an estimate, which cannot see that people themselves changed.",
    );
  }
  return advice;
}

/** A number with three digits that matter. */
export function formatNumber(value: number): string {
  if (value === Infinity) return "∞";
  if (value === -Infinity) return "−∞";
  const size = Math.abs(value);
  if (size >= 1000) return thousands(value).replace("-", "−");
  return (size === 0 ? "0" : size >= 0.001 ? String(Number(value.toPrecision(3))) : value.toExponential(1)).replace(
    "-",
    "−",
  );
}
