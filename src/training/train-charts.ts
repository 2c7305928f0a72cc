import { barChart, importanceChart } from "../charts/bar-chart.js";
import { calibrationChart } from "../charts/calibration-chart.js";
import type { Chart } from "../charts/chart.js";
import { confusionChart } from "../charts/confusion-chart.js";
import { gainsChart } from "../charts/gains-chart.js";
import { liftChart } from "../charts/lift-chart.js";
import { lineChart } from "../charts/line-chart.js";
import { precisionRecallChart } from "../charts/precision-recall-chart.js";
import { rocChart } from "../charts/roc-chart.js";
import { thinCurve } from "../charts/thin-curve.js";
import type { Baseline } from "./baseline-table.js";
import type { Confusion } from "./confusion.js";
import { rocCurve } from "./curves.js";
import type { Parameters } from "./engine.js";
import type { Metrics } from "./evaluate.js";
import type { FeatureImportance } from "./importances.js";
import { gains } from "./lift.js";
import type { ReliabilityBin } from "./reliability.js";
import type { ReportCurves } from "./report-curves.js";
import type { SearchRow } from "./search-grid.js";
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
        x: { title: "share contacted, highest score first", values: kept.map((i) => share[i]!), kind: "number" },
        y: { title: "profit per subscriber" },
        series: [{ name: "model", values: kept.map((i) => profit[i]!) }],
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

/** Share of the gain; the loss by shuffling for an engine without one. */
function gainChart(importances: readonly FeatureImportance[]): Chart {
  if (importances.every((row) => row.gain === null)) return permutationChart(importances);
  return importanceChart({
    names: importances.map((row) => row.feature),
    values: importances.map((row) => row.gain ?? 0),
  });
}

/** Loss of ROC AUC by shuffling, with its spread; without bars when that was not measured. */
function permutationChart(importances: readonly FeatureImportance[]): Chart {
  const measured = importances.filter((row) => row.permutation !== null);
  const values = measured.map((row) => row.permutation!);
  const sd = measured.map((row) => row.permutation_sd!);
  return importanceChart(
    {
      names: measured.map((row) => row.feature),
      values,
      low: values.map((value, i) => value - sd[i]!),
      high: values.map((value, i) => value + sd[i]!),
    },
    {
      title: "What the test rows suffer without",
      valueTitle: "ROC AUC lost when the feature is shuffled",
    },
  );
}

/** Mean ROC AUC against the number of trees, a line for each combination of the rest, with one standard deviation. */
function searchChart(search: readonly SearchRow[]): Chart {
  const several = (key: keyof Parameters) => new Set(search.map((row) => row.parameters[key])).size > 1;
  const nameOf = ({ parameters: p }: SearchRow) =>
    [
      ...(several("engine") ? [p.engine] : []),
      ...(p.max_depth === undefined ? [] : [`depth ${p.max_depth}`]),
      ...(p.max_leaves === undefined ? [] : [`${p.max_leaves} leaves`]),
      ...(several("learning_rate") && p.learning_rate !== undefined ? [`rate ${p.learning_rate}`] : []),
      ...(several("l2") && p.l2 !== undefined ? [`L2 ${p.l2}`] : []),
      ...(several("max_features") && p.max_features !== undefined ? [`${p.max_features} features`] : []),
      ...(several("min_samples_leaf") ? [`leaf of ${p.min_samples_leaf}`] : []),
      ...(several("min_samples_split") && p.min_samples_split ? [`split of ${p.min_samples_split}`] : []),
      ...(several("max_samples") && p.max_samples ? [`${p.max_samples} of the rows`] : []),
      ...(several("criterion") && p.criterion ? [p.criterion] : []),
    ].join(", ");
  const trees = [...new Set(search.map((row) => row.parameters.num_trees))].sort((a, b) => a - b);
  const names = [...new Set(search.map(nameOf))];
  const best = search.find((row) => row.chosen)!;
  const at = (name: string, of: (row: SearchRow) => number) =>
    trees.map((count) => {
      const row = search.find((each) => nameOf(each) === name && each.parameters.num_trees === count);
      return row ? of(row) : Number.NaN;
    });
  return lineChart({
    title: "The grid: mean ROC AUC over the folds",
    subtitle: `chosen: ${best.parameters.num_trees} trees, ${nameOf(best)}; bands are one standard deviation of the folds`,
    x: { title: "trees", values: trees, kind: "number" },
    y: { title: "ROC AUC", zero: false, format: ".3f" },
    series: names.map((name) => ({
      name,
      values: at(name, (row) => row.mean_auc),
      low: at(name, (row) => row.mean_auc - row.sd_auc),
      high: at(name, (row) => row.mean_auc + row.sd_auc),
    })),
  });
}
