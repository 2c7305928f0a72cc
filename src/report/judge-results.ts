import type { Measure, Series } from "../monitoring/calculators/measure.js";
import { CALCULATORS } from "../monitoring/engine/calculators.js";
import type { MonitoringResults } from "../monitoring/engine/fit-monitor.js";
import { reviewEstimates } from "../monitoring/engine/review-estimates.js";
import type { MonitoringResult } from "../monitoring/results/monitoring-result.js";
import { type At, chunksOf, isPresent, lastRun } from "./alert-runs.js";
import { type Change, driftChanges, familyOf, pastChanges, qualityChanges } from "./column-changes.js";

// a few cells more than usual are not a fault of a feed: a twentieth of the rows, and twice the limit
const BROKEN_SHARE = 0.05;
const BROKEN_STRENGTH = 2;
// one estimate in some hundred misses its band by chance
const FEWEST_MISSES = 2;

/** How a metric of performance does, by the series that speaks for its result. */
export interface Performance {
  readonly outcome: "realized" | "estimated";
  readonly label: string;
  /** The last chunk with a value. */
  readonly last: At;
  readonly alerts: number;
  readonly chunks: number;
  /** First chunk of the run of alerts that lasts to the end, and the side of the limit it is on. */
  readonly since: string | null;
  readonly side: "below" | "above" | "inside";
}

/** Estimates that keep missing what came true: then people changed, not only who is scored. */
export interface MissedEstimates {
  readonly label: string;
  readonly misses: number;
  readonly chunks: number;
}

/** What a run shows, before it is put in words. */
export interface Judgement {
  readonly state: "good" | "watch" | "bad" | "unknown";
  /** There is nothing beside the reference. */
  readonly empty: boolean;
  readonly realized: Performance | undefined;
  readonly estimated: Performance | undefined;
  readonly missed: MissedEstimates | undefined;
  readonly causes: {
    /** Columns with drift or worse data, farthest first; of them those whose feed may be broken. */
    readonly changes: readonly Change[];
    readonly broken: readonly Change[];
    /** Columns of the model and labels: when they move that is a consequence. */
    readonly moved: readonly Change[];
    /** What went far and is over by now. */
    readonly past: readonly Change[];
    /** The columns together look different. */
    readonly multivariate: boolean;
  };
}

/** Judges a run: is the model still good, and what changed. */
export function judgeResults(results: MonitoringResults, outputs: readonly string[]): Judgement {
  const realized = performanceOf(results.realized, "realized");
  const estimated = performanceOf(results.cbpe, "estimated");
  const all = [...driftChanges(results), ...qualityChanges(results)].sort((a, b) => b.effect - a.effect);
  const changes = all.filter(({ column }) => !outputs.includes(column));
  const known = [realized, estimated].filter((each) => each !== undefined);
  const isOn = (side: Performance["side"]) => known.some((each) => each.side === side);
  return {
    state:
      known.length === 0 ? "unknown" : isOn("below") ? "bad" : changes.length > 0 || isOn("above") ? "watch" : "good",
    empty: Object.values(results).every(({ chunks }) => chunks.every(({ period }) => period === "reference")),
    realized,
    estimated,
    missed: missedEstimates(results.cbpe),
    causes: {
      changes,
      broken: changes.filter(({ fault = 0, strength }) => fault >= BROKEN_SHARE && strength >= BROKEN_STRENGTH),
      moved: all.filter(({ column }) => outputs.includes(column)),
      past: pastChanges(results).filter(
        ({ column }) => !changes.some((each) => familyOf(each.column) === familyOf(column)),
      ),
      multivariate: CALCULATORS.some(({ name, role }) => {
        const result = results[name];
        return role.of === "multivariate drift" && result !== undefined && isPresent(result);
      }),
    },
  };
}

function missedEstimates(cbpe: MonitoringResult | undefined): MissedEstimates | undefined {
  const reviews = cbpe ? reviewEstimates(cbpe) : [];
  const metric = reviews[0]?.metric;
  const chosen = reviews.filter((review) => review.metric === metric);
  const misses = chosen.filter(({ withinBand }) => !withinBand).length;
  if (misses < FEWEST_MISSES || misses < chosen.length / 2) return undefined;
  const label = cbpe?.series.find((series) => series.metric === metric)?.label ?? "";
  return { label, misses, chunks: chosen.length };
}

function performanceOf(result: MonitoringResult | undefined, outcome: Performance["outcome"]): Performance | undefined {
  if (!result) return undefined;
  const found = result.series.flatMap((series: Series) => {
    const chunks = chunksOf(result, series).filter(({ measure }) => measure.value !== null);
    const last = chunks.at(-1);
    return last ? [{ series, chunks, last, run: lastRun(chunks) }] : [];
  });
  // the first metric asked for speaks, unless another one is worse than its limit, or else unusual
  const worse = found.find(({ run }) => run && sideOf(run.measure) === "below");
  const chosen = worse ?? found.find(({ run }) => run !== null) ?? found[0];
  if (!chosen) return undefined;
  const { series, chunks, last, run } = chosen;
  return {
    outcome,
    label: series.label,
    last,
    alerts: chunks.filter(({ measure }) => measure.alert).length,
    chunks: chunks.length,
    since: run?.chunk.key ?? null,
    side: run ? sideOf(run.measure) : "inside",
  };
}

const sideOf = ({ value, lowerThreshold }: Measure): "below" | "above" =>
  lowerThreshold !== null && value !== null && value < lowerThreshold ? "below" : "above";
