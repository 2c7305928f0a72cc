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
import type { ReliabilityBin } from "../../statistics/reliability.js";
import { rocCurve } from "../../statistics/roc-curve.js";
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
  before_calibration: { brier: number | null; ece: number | null };
  confusion: Confusion;
  threshold: number;
  baselines: readonly Baseline[];
  importances: readonly FeatureImportance[];
  segments: readonly SegmentRow[];
  search: readonly SearchRow[];
}

/** The charts of the test rows. */
export function trainCharts(input: TrainChartInput): TrainCharts {
  const { label, curves, metrics, baselines } = input;
  const rivals = baselines.filter((baseline) => baseline.probability && baseline.name !== "base rate");
  const positives = label.reduce((sum, y) => sum + y, 0);
  const rivalGains = () =>
    rivals.flatMap(({ name, probability }) => {
      const steps = gains(label, probability!, 100);
      return steps ? [{ name, steps, baseline: name === "recency" }] : [];
    });
  const allGains = () => [{ name: "model", steps: curves.gains ?? [], baseline: false }, ...rivalGains()];
  return {
    get roc() {
      const others = rivals.flatMap(({ name, probability, metrics }) => {
        const curve = rocCurve(label, probability!);
        return curve
          ? [{ name, ...rocPoints(curve), ...auc(metrics?.roc_auc.value), baseline: name === "recency" }]
          : [];
      });
      const own = curves.roc ? [{ name: "model", ...rocPoints(curves.roc), ...auc(metrics.roc_auc.value) }] : [];
      return rocChart([...own, ...others]);
    },
    get pr() {
      const curve = curves.precision_recall;
      const own = curve
        ? [
            {
              name: "model",
              recall: curve.recall,
              precision: curve.precision,
              thresholds: curve.threshold,
              averagePrecision: metrics.average_precision.value ?? Number.NaN,
            },
          ]
        : [];
      return precisionRecallChart(own, { baseRate: positives / label.length });
    },
    get gains() {
      return gainsChart(
        allGains().map(({ name, steps, baseline }) => ({
          name,
          share: [0, ...steps.map((step) => step.share)],
          captured: [0, ...steps.map((step) => step.gain)],
          baseline,
        })),
      );
    },
    get lift() {
      return liftChart(
        allGains().map(({ name, steps, baseline }) => ({
          name,
          share: steps.map((step) => step.share),
          lift: steps.map((step) => step.lift),
          baseline,
        })),
      );
    },
    get calibration() {
      return calibrationChart(
        [
          { name: "model", ...calibrationPoints(curves.reliability) },
          { name: "before calibration", ...calibrationPoints(curves.reliability_before) },
        ],
        { subtitle: calibrationText(input.before_calibration, metrics) },
      );
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
      return barChart(
        {
          names: input.segments.map(({ segment, level }) => `${segment}: ${level}`),
          values: input.segments.map((row) => row.roc_auc.value ?? Number.NaN),
          low: input.segments.map((row) => row.roc_auc.low ?? Number.NaN),
          high: input.segments.map((row) => row.roc_auc.high ?? Number.NaN),
        },
        {
          title: "How well the model ranks within each part of the test snapshots",
          subtitle: "with 95% intervals; 0.5 is guessing",
          valueTitle: "ROC AUC",
          sort: false,
          format: ".2f",
        },
      );
    },
    get search() {
      return searchChart(input.search);
    },
    get profit() {
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
    },
  };
}

const rocPoints = (curve: {
  falsePositiveRate: Float64Array;
  truePositiveRate: Float64Array;
  threshold: Float64Array;
}) => ({
  fpr: curve.falsePositiveRate,
  tpr: curve.truePositiveRate,
  thresholds: curve.threshold,
});

const auc = (value: number | null | undefined) => (value == null ? {} : { auc: value });

/** What calibration did to the errors. */
function calibrationText(before: TrainChartInput["before_calibration"], after: Metrics): string {
  const text = (value: number | null) => (value === null ? "not defined" : value.toFixed(3));
  return `calibration error ${text(before.ece)} before, ${text(after.ece.value)} after; Brier score ${text(before.brier)} before, ${text(after.brier.value)} after`;
}

/** Points with Wilson's 95 % interval of the observed rate (1927). */
function calibrationPoints(bins: readonly ReliabilityBin[]) {
  const z = 1.959963984540054;
  const half = ({ observed: p, rows: n }: ReliabilityBin) =>
    (z / (1 + z ** 2 / n)) * Math.sqrt((p * (1 - p)) / n + z ** 2 / (4 * n ** 2));
  const middle = ({ observed: p, rows: n }: ReliabilityBin) => (p + z ** 2 / (2 * n)) / (1 + z ** 2 / n);
  return {
    predicted: bins.map((bin) => bin.predicted),
    observed: bins.map((bin) => bin.observed),
    low: bins.map((bin) => Math.max(0, middle(bin) - half(bin))),
    high: bins.map((bin) => Math.min(1, middle(bin) + half(bin))),
    count: bins.map((bin) => bin.rows),
  };
}
