import type { ChunkInfo } from "../monitoring/calculators/measure.js";
import type { MonitoringResults } from "../monitoring/engine/fit-monitor.js";
import { reviewEstimates } from "../monitoring/engine/review-estimates.js";
import type { MonitoringResult } from "../monitoring/results/monitoring-result.js";
import { type At, judgedChunks, smallChunks } from "./alert-runs.js";
import { type Change, changesOf, familyOf } from "./column-changes.js";
import { type Finding, type FindingOptions, findingsOf, needsLabels } from "./findings.js";

// one estimate in some hundred misses its band by chance
const FEWEST_MISSES = 2;

/** How a metric of performance does, by the series that speaks for its result. */
export interface Performance {
  readonly outcome: "realized" | "estimated";
  readonly label: string;
  /** The last chunk with a value, and the last that might have one. */
  readonly last: At;
  readonly newest: ChunkInfo;
  readonly alerts: number;
  readonly chunks: number;
  /** What was found of it, where anything was. */
  readonly finding: Finding | null;
  readonly side: "worse" | "better" | "other" | "inside";
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
  readonly findings: readonly Finding[];
  readonly realized: Performance | undefined;
  readonly estimated: Performance | undefined;
  readonly missed: MissedEstimates | undefined;
  /** Chunks that hold next to no rows. */
  readonly small: readonly ChunkInfo[];
  readonly causes: {
    /** Features with drift or worse data, what is broken first. */
    readonly changes: readonly Change[];
    readonly broken: readonly Change[];
    /** What the model writes and is broken: missing, constant or rescaled. */
    readonly dead: readonly Change[];
    /** Scores do not mean any more what they said. */
    readonly calibration: Finding | null;
    /** Columns of the model and labels that drift: a consequence. */
    readonly moved: readonly Change[];
    /** What went far and is over by now. */
    readonly past: readonly Change[];
    /** The columns together look different. */
    readonly multivariate: Finding | null;
  };
}

/** Judges a run: is the model still good, and what changed. */
export function judgeResults(results: MonitoringResults, options: FindingOptions): Judgement {
  const { outputs } = options;
  const findings = findingsOf(results, options);
  const present = findings.filter((finding) => finding.present);
  const realized = performanceOf(results.realized, "realized", present);
  const estimated = performanceOf(results.cbpe, "estimated", present);
  const isOutput = ({ column }: Change) => outputs.includes(column);
  const all = changesOf(present, results);
  const changes = all.filter((each) => !isOutput(each));
  const dead = all.filter((each) => isOutput(each) && each.broken && each.column !== outputs[2]);
  const moved = all.filter((each) => isOutput(each) && !dead.includes(each));
  const past = changesOf(
    findings.filter((finding) => !finding.present),
    results,
  ).filter(({ column }) => !all.some((each) => familyOf(each.column) === familyOf(column)));
  const calibration = present.find(({ kind }) => kind === "calibration") ?? null;
  const multivariate = present.find(({ kind }) => kind === "multivariate") ?? null;
  const known = [realized, estimated].filter((each) => each !== undefined);
  const isOn = (side: Performance["side"]) => known.some((each) => each.side === side);
  const odd = changes.length > 0 || moved.length > 0 || calibration || multivariate || isOn("other");
  return {
    state: isOn("worse") || dead.length > 0 ? "bad" : known.length === 0 ? "unknown" : odd ? "watch" : "good",
    empty: Object.values(results).every(({ chunks }) => chunks.every(({ period }) => period === "reference")),
    findings,
    realized,
    estimated,
    missed: missedEstimates(results.cbpe),
    small: smallChunksOf(results),
    causes: { changes, broken: changes.filter(({ broken }) => broken), dead, calibration, moved, past, multivariate },
  };
}

function smallChunksOf(results: MonitoringResults): ChunkInfo[] {
  const [first] = Object.values(results);
  return first ? smallChunks(first) : [];
}

/** The metric that misses its band most often, where any does in half of its chunks. */
function missedEstimates(cbpe: MonitoringResult | undefined): MissedEstimates | undefined {
  const reviews = cbpe ? reviewEstimates(cbpe) : [];
  const metrics = [...new Set(reviews.map(({ metric }) => metric))];
  const found = metrics.flatMap((metric): MissedEstimates[] => {
    const own = reviews.filter((review) => review.metric === metric);
    const misses = own.filter(({ withinBand }) => !withinBand).length;
    if (misses < FEWEST_MISSES || misses < own.length / 2) return [];
    const label = cbpe?.series.find((series) => series.metric === metric)?.label ?? "";
    return [{ label, misses, chunks: own.length }];
  });
  return found.sort((a, b) => b.misses / b.chunks - a.misses / a.chunks)[0];
}

function performanceOf(
  result: MonitoringResult | undefined,
  outcome: Performance["outcome"],
  findings: readonly Finding[],
): Performance | undefined {
  if (!result) return undefined;
  const part = outcome === "realized" ? "realized" : "cbpe";
  const found = result.series.flatMap((series) => {
    const all = judgedChunks(result, series, needsLabels(part, series, undefined));
    const chunks = all.filter(({ measure }) => measure.value !== null);
    const last = chunks.at(-1);
    const newest = all.at(-1)?.chunk;
    const finding = findings.find((each) => each.part === part && each.metric === series.metric) ?? null;
    return last && newest ? [{ series, chunks, last, newest, finding, side: sideOf(finding) }] : [];
  });
  // the first metric asked for speaks, unless another one is worse, or else unusual
  const chosen =
    found.find(({ side }) => side === "worse") ??
    found.find(({ side }) => side === "other") ??
    found.find(({ side }) => side === "better") ??
    found[0];
  if (!chosen) return undefined;
  const { series, chunks, ...rest } = chosen;
  return {
    ...rest,
    outcome,
    label: series.label,
    alerts: chunks.filter(({ measure }) => measure.alert).length,
    chunks: chunks.length,
  };
}

function sideOf(finding: Finding | null): Performance["side"] {
  if (!finding) return "inside";
  return finding.better === null ? "other" : finding.better ? "better" : "worse";
}
