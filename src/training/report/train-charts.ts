import { barChart } from "../../charts/bar-chart.js";
import { calibrationChart } from "../../charts/calibration-chart.js";
import type { Chart } from "../../charts/chart.js";
import { confusionChart } from "../../charts/confusion-chart.js";
import { gainsChart } from "../../charts/gains-chart.js";
import { liftChart } from "../../charts/lift-chart.js";
import { lineChart } from "../../charts/line-chart.js";
import { precisionRecallChart } from "../../charts/precision-recall-chart.js";
import { rocChart } from "../../charts/roc-chart.js";
import { thinCurve } from "../../charts/thin-curve.js";
import type { Confusion } from "../../statistics/confusion.js";
import { gains } from "../../statistics/lift.js";
import { mean } from "../../statistics/mean.js";
import type { ReliabilityBin } from "../../statistics/reliability.js";
import { rocCurve } from "../../statistics/roc-curve.js";
import { wilsonInterval } from "../../statistics/wilson-interval.js";
import type { Metrics } from "../evaluate.js";
import type { FeatureImportance } from "../importances.js";
import type { SearchRow } from "../search-grid.js";
import type { Baseline } from "./baseline-table.js";
import { gainChart, permutationChart } from "./importance-charts.js";
import type { ReportCurves } from "./report-curves.js";
import { searchChart } from "./search-chart.js";
import type { SegmentRow } from "./segment-table.js";

/** The charts of a training; each is made when it is asked for. */
export interface TrainCharts {
  readonly roc: Chart;
  readonly pr: Chart;
  readonly gains: Chart;
  readonly lift: Chart;
  readonly calibration: Chart;
  readonly confusion: Chart;
  /** Share of the gain by feature. */
  readonly importances: Chart;
  /** ROC AUC lost on the test rows when a feature is shuffled; of features that say the same, none seems needed. */
  readonly permutation: Chart;
  readonly profit: Chart;
  /** ROC AUC of the parts of the test rows. */
  readonly segments: Chart;
  /** Mean ROC AUC of the grid points over the folds. */
  readonly search: Chart;
}

export interface TrainChartInput {
  label: Uint8Array;
  curves: ReportCurves;
  metrics: Metrics;
  beforeCalibration: { brier: number | null; ece: number | null };
  confusion: Confusion;
  threshold: number;
  baselines: readonly Baseline[];
  importances: readonly FeatureImportance[];
  segments: readonly SegmentRow[];
  search: readonly SearchRow[];
  /** What a person calls a feature. */
  titleOf(feature: string): string;
}

/** The charts of the test rows. */
export function trainCharts(input: TrainChartInput): TrainCharts {
  return {
    get roc() {
      return rocOf(input);
    },
    get pr() {
      return precisionRecallOf(input);
    },
    get gains() {
      return gainsOf(input);
    },
    get lift() {
      return liftOf(input);
    },
    get calibration() {
      return calibrationOf(input);
    },
    get confusion() {
      return confusionChart(input.confusion, { threshold: input.threshold });
    },
    get importances() {
      return gainChart(input.importances);
    },
    get permutation() {
      return permutationChart(input.importances);
    },
    get segments() {
      return segmentsOf(input);
    },
    get search() {
      return searchChart(input.search);
    },
    get profit() {
      return profitOf(input.curves);
    },
  };
}

/** The baselines that rank subscribers; the base rate does not. */
function rivalsOf(baselines: readonly Baseline[]) {
  return baselines.flatMap(({ name, probability, metrics }) =>
    probability && name !== "base rate" ? [{ name, probability, metrics, baseline: name === "recency" }] : [],
  );
}

function rocOf({ label, curves, metrics, baselines }: TrainChartInput): Chart {
  const own = curves.roc ? [{ name: "model", ...curves.roc, ...auc(metrics.roc_auc.value) }] : [];
  const others = rivalsOf(baselines).flatMap(({ name, probability, metrics, baseline }) => {
    const curve = rocCurve(label, probability);
    return curve ? [{ name, ...curve, ...auc(metrics?.roc_auc.value), baseline }] : [];
  });
  return rocChart([...own, ...others]);
}

function precisionRecallOf({ label, curves, metrics }: TrainChartInput): Chart {
  const curve = curves.precisionRecall;
  const own = curve && { name: "model", ...curve, averagePrecision: metrics.average_precision.value ?? Number.NaN };
  return precisionRecallChart(own ? [own] : [], { baseRate: mean(label) ?? Number.NaN });
}

/** The gains of the model and of its rivals, by share of the rows. */
function allGains({ label, curves, baselines }: TrainChartInput) {
  const rivals = rivalsOf(baselines).flatMap(({ name, probability, baseline }) => {
    const steps = gains(label, probability, 100);
    return steps ? [{ name, steps, baseline }] : [];
  });
  return [{ name: "model", steps: curves.gains ?? [], baseline: false }, ...rivals];
}

function gainsOf(input: TrainChartInput): Chart {
  return gainsChart(
    allGains(input).map(({ name, steps, baseline }) => ({
      name,
      share: [0, ...steps.map((step) => step.share)],
      captured: [0, ...steps.map((step) => step.gain)],
      baseline,
    })),
  );
}

function liftOf(input: TrainChartInput): Chart {
  return liftChart(
    allGains(input).map(({ name, steps, baseline }) => ({
      name,
      share: steps.map((step) => step.share),
      lift: steps.map((step) => step.lift),
      baseline,
    })),
  );
}

function calibrationOf({ curves, beforeCalibration, metrics }: TrainChartInput): Chart {
  return calibrationChart(
    [
      { name: "model", ...calibrationPoints(curves.reliability) },
      { name: "before calibration", ...calibrationPoints(curves.reliabilityBefore) },
    ],
    { subtitle: calibrationText(beforeCalibration, metrics) },
  );
}

function segmentsOf({ segments, titleOf }: TrainChartInput): Chart {
  return barChart(
    {
      names: segments.map(({ segment, level }) => `${titleOf(segment)}: ${level}`),
      values: segments.map((row) => row.roc_auc.value ?? Number.NaN),
      low: segments.map((row) => row.roc_auc.low ?? Number.NaN),
      high: segments.map((row) => row.roc_auc.high ?? Number.NaN),
    },
    {
      title: "How well the model ranks within each part of the test snapshots",
      subtitle: "with 95% intervals; 0.5 is guessing",
      valueTitle: "ROC AUC",
      sort: false,
      format: ".2f",
    },
  );
}

function profitOf(curves: ReportCurves): Chart {
  const share = curves.profit.map((step) => step.share);
  const profit = curves.profit.map((step) => step.profit);
  const kept = thinCurve(share, profit);
  const best = curves.profit.reduce((a, b) => (b.profit > a.profit ? b : a));
  return lineChart({
    title: "Profit of a campaign, by how many are contacted",
    subtitle: `most at ${(100 * best.share).toFixed(1)}% contacted: ${best.profit.toFixed(2)} per subscriber`,
    x: { title: "share contacted, highest score first", values: kept.map((i) => share[i]), kind: "number" },
    y: { title: "profit per subscriber" },
    series: [{ name: "model", values: kept.map((i) => profit[i]) }],
    rules: [{ value: 0 }],
    points: false,
  });
}

const auc = (value: number | null | undefined) => (value == null ? {} : { auc: value });

/** What calibration did to the errors. */
function calibrationText(before: TrainChartInput["beforeCalibration"], after: Metrics): string {
  const text = (value: number | null) => (value === null ? "not defined" : value.toFixed(3));
  return `calibration error ${text(before.ece)} before, ${text(after.ece.value)} after; Brier score ${text(before.brier)} before, ${text(after.brier.value)} after`;
}

/** Points with Wilson's 95 % interval of the observed rate. */
function calibrationPoints(bins: readonly ReliabilityBin[]) {
  const limits = bins.map(({ observed, rows }) => wilsonInterval(observed * rows, rows));
  return {
    predicted: bins.map((bin) => bin.predicted),
    observed: bins.map((bin) => bin.observed),
    low: limits.map((interval) => interval?.low ?? Number.NaN),
    high: limits.map((interval) => interval?.high ?? Number.NaN),
    count: bins.map((bin) => bin.rows),
  };
}
